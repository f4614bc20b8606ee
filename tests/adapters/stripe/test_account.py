"""The keys choose where requests go, and a key that does not belong is refused at start."""

import stat
from pathlib import Path

import pytest

from billing_core.adapters.stripe.account import Backend, StripeAccount, stripe_account
from billing_core.adapters.stripe.local_secret import FILE_NAME, local_webhook_secret
from billing_core.domain.errors import InvalidInput

SANDBOX = "http://127.0.0.1:8501/sandbox/stripe"
KEY = "51Abc"


def account(folder: Path, key: str = "", secret: str = "", *, is_live_allowed: bool = False) -> StripeAccount:
    return stripe_account(
        secret_key=key, webhook_secret=secret, is_live_allowed=is_live_allowed, sandbox_url=SANDBOX, data_dir=folder
    )


def test_without_a_key_it_is_the_embedded_stripe(tmp_path: Path):
    chosen = account(tmp_path)

    assert (chosen.backend, chosen.secret_key, chosen.api_url) == (Backend.SANDBOX, "sk_test_embedded", SANDBOX)
    assert chosen.webhook_secret == local_webhook_secret(tmp_path)


@pytest.mark.parametrize("kind", ["sk", "rk"])
def test_a_test_key_goes_to_stripe_and_leaves_nothing_here(tmp_path: Path, kind: str):
    chosen = account(tmp_path, f"{kind}_test_{KEY}", "whsec_abc")

    assert (chosen.backend, chosen.webhook_secret, chosen.api_url) == (Backend.TEST, "whsec_abc", None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["sk", "rk"])
def test_a_live_key_has_to_be_meant(tmp_path: Path, kind: str):
    with pytest.raises(InvalidInput, match="real money; set BILLING_ALLOW_LIVE=1") as caught:
        account(tmp_path, f"{kind}_live_{KEY}", "whsec_abc")
    assert caught.value.field == "BILLING_ALLOW_LIVE"

    chosen = account(tmp_path, f"{kind}_live_{KEY}", "whsec_abc", is_live_allowed=True)
    assert (chosen.backend, chosen.api_url) == (Backend.LIVE, None)


@pytest.mark.parametrize("secret", ["", "whsec_", "sk_test_abc", "whsec_a b"])
@pytest.mark.parametrize("mode", ["test", "live"])
def test_a_key_needs_the_secret_of_its_webhook(tmp_path: Path, mode: str, secret: str):
    with pytest.raises(InvalidInput, match="begins with whsec_") as caught:
        account(tmp_path, f"sk_{mode}_{KEY}", secret, is_live_allowed=True)

    assert caught.value.field == "STRIPE_WEBHOOK_SECRET"


@pytest.mark.parametrize(
    "key", ["sk_test_embedded", f"pk_test_{KEY}", "sk_test_", f" sk_test_{KEY}", f"sk_test_{KEY}\n", "hunter2"]
)
def test_anything_else_is_no_key_and_is_not_repeated(tmp_path: Path, key: str):
    with pytest.raises(InvalidInput, match="leave it empty for the embedded Stripe") as caught:
        account(tmp_path, key, "whsec_abc")

    assert caught.value.field == "STRIPE_SECRET_KEY"
    assert KEY not in caught.value.message
    assert "hunter2" not in caught.value.message


def test_a_lost_key_does_not_turn_the_shop_into_a_sandbox(tmp_path: Path):
    with pytest.raises(InvalidInput, match="STRIPE_WEBHOOK_SECRET is set without STRIPE_SECRET_KEY"):
        account(tmp_path, "", "whsec_abc")

    assert not list(tmp_path.iterdir())


def test_an_account_does_not_show_its_keys(tmp_path: Path):
    assert "whsec" not in repr(account(tmp_path))
    assert KEY not in repr(account(tmp_path, f"sk_test_{KEY}", "whsec_abc"))


def test_the_local_secret_is_made_once_and_for_the_owner_only(tmp_path: Path):
    folder = tmp_path / "var"

    made = local_webhook_secret(folder)

    assert made == local_webhook_secret(folder)
    assert made.startswith("whsec_")
    [file] = folder.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == (FILE_NAME, 0o600)


def test_processes_that_start_together_agree_on_the_local_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = local_webhook_secret(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda _: False)  # the second looked before the first had made it

    assert local_webhook_secret(tmp_path) == first
    assert len(list(tmp_path.iterdir())) == 1
