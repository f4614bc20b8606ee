"""What can be set from outside: environment variables, read once at start."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from billing_core.domain.errors import InvalidInput

ROOT = Path(__file__).parents[1]


class Settings(BaseSettings):
    """Environment variables and their defaults; a `.env` file beside the project is read too."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", populate_by_name=True)

    data_dir: Path = Field(ROOT / "data" / "var", validation_alias="BILLING_DATA_DIR")
    database_url: str = Field("", validation_alias="DATABASE_URL")
    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(8501, ge=1, le=65535, validation_alias="PORT")
    public_url: str = Field("", validation_alias="BILLING_PUBLIC_URL")
    api_rate_limit: str = Field("100000/minute", validation_alias="BILLING_API_RATE_LIMIT")
    stripe_secret_key: SecretStr = Field(SecretStr(""), validation_alias="STRIPE_SECRET_KEY")
    stripe_webhook_secret: SecretStr = Field(SecretStr(""), validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_allow_live: bool = Field(False, validation_alias="BILLING_ALLOW_LIVE")

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return folder.resolve()

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings of this process; InvalidInput names a variable that cannot be read."""
        try:
            return cls.model_validate({})
        except ValidationError as error:
            first = error.errors()[0]
            variable = str(first["loc"][0])
            raise InvalidInput(f"{variable}: {first['msg']}.", field=variable) from error

    @property
    def database(self) -> str:
        """The database URL; the SQLite file in the data directory unless one was given."""
        return self.database_url or f"sqlite:///{self.data_dir / 'billing.sqlite'}"

    @property
    def warehouse_dir(self) -> Path:
        return self.data_dir / "warehouse"

    @property
    def url(self) -> str:
        """Where people and Stripe reach this process, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def stripe_sandbox_url(self) -> str:
        return f"{self.url}/sandbox/stripe"

    @property
    def webhook_url(self) -> str:
        """Where Stripe delivers its events."""
        return f"{self.url}/api/billing/stripe/webhook"
