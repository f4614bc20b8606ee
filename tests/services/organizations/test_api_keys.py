"""API keys: told once, kept as a hash, refused when revoked, expired or foreign."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing_core.adapters.database.schema.identity import audit_record
from billing_core.adapters.database.schema.organizations import api_key
from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.domain.organizations import ApiKeyRefused, ApiScope
from billing_core.services.organizations.authenticate_api_key import authenticate_api_key
from billing_core.services.organizations.create_api_key import IssuedApiKey, create_api_key
from billing_core.services.organizations.revoke_api_key import revoke_api_key
from tests.identity_house import ADMIN, House, a_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def issue(
    house: House, organization_id: str, *, expires_at: datetime | None = None, scopes: frozenset[ApiScope] | None = None
) -> IssuedApiKey:
    with house.write() as uow:
        return create_api_key(
            uow,
            organization_id=organization_id,
            name="Production",
            scopes=frozenset(ApiScope) if scopes is None else scopes,
            expires_at=expires_at,
            actor=ADMIN,
            now=house.clock.now(),
        )


def revoke(house: House, api_key_id: str, organization_id: str | None) -> None:
    with house.write() as uow:
        revoke_api_key(uow, api_key_id=api_key_id, organization_id=organization_id, actor=ADMIN, now=house.clock.now())


def authenticate(house: House, secret: str):
    with house.read() as uow:
        return authenticate_api_key(uow.organizations, secret, house.clock.now())


def test_a_secret_is_recognised_and_stored_nowhere(house: House):
    north = house.organization()
    issued = issue(house, north.id, scopes=frozenset({ApiScope.READ}))
    assert issued.secret.startswith("tbk_")
    assert authenticate(house, issued.secret) == issued.api_key
    assert issued.api_key.scopes == {ApiScope.READ}
    assert issued.api_key.hint == issued.secret[-4:]
    stored = str([*house.stored(select(api_key)), *house.stored(select(audit_record))])
    assert issued.api_key.id in stored
    assert issued.secret.removeprefix("tbk_") not in stored
    assert issued.secret not in repr(issued)


@pytest.mark.parametrize("secret", ["", "tbk_", "tbk_forged", "' OR 1=1 --", "\x00", "\ud800"])
def test_a_forged_secret_is_refused_without_a_reason(house: House, secret: str):
    issue(house, house.organization().id)
    with pytest.raises(ApiKeyRefused, match="unknown, expired or revoked"):
        authenticate(house, secret)


def test_the_stored_hash_of_a_secret_is_not_itself_a_secret(house: House):
    issue(house, house.organization().id)
    ((stored,),) = house.stored(select(api_key.c.secret_hash))
    with pytest.raises(ApiKeyRefused):
        authenticate(house, stored)


def test_a_key_ends_at_the_instant_it_expires(house: House):
    issued = issue(house, house.organization().id, expires_at=house.clock.now() + timedelta(hours=1))
    house.clock.advance(seconds=3599)
    assert authenticate(house, issued.secret)
    house.clock.advance(seconds=1)
    with pytest.raises(ApiKeyRefused):
        authenticate(house, issued.secret)


def test_a_revoked_key_opens_nothing_and_revoking_again_changes_nothing(house: House):
    north = house.organization()
    issued = issue(house, north.id)
    for _ in range(2):
        revoke(house, issued.api_key.id, north.id)
        house.clock.advance(hours=1)
    with pytest.raises(ApiKeyRefused):
        authenticate(house, issued.secret)
    with house.read() as uow:
        actions = [record.action for record in uow.audit.records_of("api_key", issued.api_key.id)]
        key = uow.organizations.api_key(issued.api_key.id)
    assert sorted(actions) == ["api_key.created", "api_key.revoked"]
    assert key
    assert key.revoked_at == house.clock.now() - timedelta(hours=2)


def test_a_key_of_another_organization_is_not_found_and_goes_on_working(house: House):
    issued = issue(house, house.organization("North").id)
    south = house.organization("South")
    with pytest.raises(NotFound) as foreign:
        revoke(house, issued.api_key.id, south.id)
    with pytest.raises(NotFound) as absent:
        revoke(house, "key_nowhere", None)
    assert foreign.value.message.replace(issued.api_key.id, "key_nowhere") == absent.value.message
    with pytest.raises(NotFound):
        revoke(house, issued.api_key.id, None)
    assert authenticate(house, issued.secret)


def test_a_key_needs_an_organization_a_scope_and_a_future(house: House):
    north = house.organization()
    with pytest.raises(NotFound):
        issue(house, "org_nowhere")
    with pytest.raises(InvalidInput) as refused:
        issue(house, north.id, scopes=frozenset())
    assert refused.value.field == "scopes"
    with pytest.raises(InvalidInput) as refused:
        issue(house, north.id, expires_at=house.clock.now())
    assert refused.value.field == "expires_at"
