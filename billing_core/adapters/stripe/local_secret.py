"""The secret that the embedded Stripe signs its webhooks with: made once, kept beside the data, for the owner only."""

import os
import secrets
from pathlib import Path

FILE_NAME = "stripe_webhook_secret"


def local_webhook_secret(data_dir: Path) -> str:
    """The secret in `data_dir`, made if there is none; processes that start together agree on one."""
    path = data_dir / FILE_NAME
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f"{FILE_NAME}.{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"whsec_{secrets.token_hex(24)}")
        try:
            os.link(draft, path)  # takes the name with the whole content, or not at all
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
