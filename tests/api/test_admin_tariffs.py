"""Tariffs over HTTP: the command of the second document, versions that subscribers keep, archives, drafts."""

from typing import Any

import pytest

from billing_core.api.routers.tariff_shapes import TARIFF_SENT
from billing_core.domain.errors import Conflict
from billing_core.domain.organizations import ApiScope
from billing_core.services.organizations.subscribe import subscribe
from tests.api.conftest import Api
from tests.product import SYSTEM, Product

TARIFFS = "/api/v1/admin/tariffs"


@pytest.fixture
def admin(api: Api) -> Api:
    """The client with a key of operators that may manage."""
    return api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))


def create(admin: Api, **changes: Any) -> dict[str, Any]:
    answer = admin.post(TARIFFS, json=TARIFF_SENT | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def version_held(product: Product, organization_id: str) -> tuple[str, int]:
    with product.read() as uow:
        version = uow.subscriptions.history([organization_id])[organization_id][-1].plan_version
    return version.plan_code, version.number


def test_the_command_of_the_second_document_works_as_printed(admin: Api, product: Product) -> None:
    printed = """{
    "name": "Basic Plan",
    "price_per_month": 99.99,
    "max_team_members": 5,
    "member_price": 19.99
}"""
    answer = admin.post(TARIFFS, content=printed, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    tariff = answer.json()
    shown = {name: tariff[name] for name in ("code", "name", "price_per_month", "member_price", "currency", "status")}
    assert shown == {
        "code": "basic-plan",
        "name": "Basic Plan",
        "price_per_month": "99.99",
        "member_price": "19.99",
        "currency": "USD",
        "status": "published",
    }
    assert (tariff["included_team_members"], tariff["max_team_members"], tariff["components"]) == (1, 5, [])
    organization_id = product.organization("Contoso Labs", "basic-plan")
    assert version_held(product, organization_id) == ("basic-plan", 1)
    assert admin.get(f"{TARIFFS}/basic-plan").json()["subscribers"] == 1


def test_without_a_price_for_members_there_are_those_included(admin: Api) -> None:
    tariff = admin.post(TARIFFS, json={"name": "Solo", "price_per_month": "9"}).json()
    assert (tariff["included_team_members"], tariff["max_team_members"], tariff["member_price"]) == (1, 1, None)


def test_a_tariff_of_that_name_is_there_already(admin: Api) -> None:
    create(admin)
    answer = admin.post(TARIFFS, json=TARIFF_SENT)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "conflict", "name")


def test_a_tariff_begins_with_its_components(admin: Api) -> None:
    tariff = create(
        admin,
        code="agents",
        discounts={"education": {"name": "Education", "percent": 12.5, "features": ["chat"]}},
        components=[
            {"code": "chat", "allowance": {"quantity": 100}, "price": {"kind": "per_unit", "amount": 0.05}},
            {
                "code": "report_agent",
                "new_feature": {"name": "Report agent", "unit": "report"},
                "allowance": {"quantity": "unlimited"},
            },
        ],
    )
    chat, report = tariff["components"]
    assert (chat["code"], chat["allowance"], chat["beyond"]) == ("chat", "chat", "credits")
    assert chat["price"] == {"kind": "per_unit", "currency": "USD", "amount": "0.05", "per_units": 1}
    assert (report["name"], report["unit"], report["price"], report["beyond"]) == (
        "Report agent",
        "report",
        None,
        "stop",
    )
    assert [(item["code"], item["quantity"]) for item in tariff["allowances"]] == [
        ("chat", 100),
        ("report_agent", None),
    ]
    assert tariff["discounts"][0]["percent"] == "12.5"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"name": ""}, 422, "name"),
        ({"name": "日本"}, 422, "code"),
        ({"code": "a/b"}, 422, "code"),
        ({"price_per_month": "-1"}, 422, "price_per_month"),
        ({"price_per_month": "0.0000000001"}, 422, "price_per_month"),
        ({"price_per_month": True}, 422, "price_per_month"),
        ({"price_per_month": 12345678901.123456}, 422, "price_per_month"),
        ({"price_per_month": None}, 422, "price_per_month"),
        ({"currency": "XYZ"}, 422, "currency"),
        ({"member_price": None}, 422, "member_price"),
        ({"included_team_members": 6}, 422, "max_team_members"),
        ({"max_team_members": 2**70}, 422, "max_team_members"),
        ({"credit_value": "0"}, 422, "credit_value"),
        ({"monthly_price": "1"}, 422, "monthly_price"),
        ({"components": [{"code": "chatt", "price": {"kind": "flat", "amount": 1}}]}, 404, "feature"),
        ({"components": [{"code": "chat", "price": {"kind": "flat"}}]}, 422, "features.chat.price.amount"),
        ({"components": [{"code": "chat", "price": {"kind": "free"}}]}, 422, "features.chat.price.kind"),
        ({"components": [{"code": "chat"}]}, 422, "features.chat.beyond"),
        ({"components": [{"code": "chat", "allowance": {"quantity": 1}}] * 2}, 409, "feature"),
        ({"components": [{"code": "chat", "price": {"a": "\x00"}}]}, 422, "components.0.price"),
        ({"components": [{"code": "chat", "new_feature": {"name": "Chat"}}]}, 409, "new_feature"),
    ],
)
def test_what_cannot_be_sold_is_refused_by_name_and_nothing_is_left(
    admin: Api, changes: dict[str, Any], status: int, field: str
) -> None:
    before = admin.get(TARIFFS).json()
    answer = admin.post(TARIFFS, json=TARIFF_SENT | changes)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert admin.get(TARIFFS).json() == before


def test_a_price_nested_too_deeply_is_refused(admin: Api) -> None:
    price = '{"price": ' * 800 + "1" + "}" * 800
    body = f'{{"name": "Deep", "price_per_month": 1, "components": [{{"code": "chat", "price": {price}}}]}}'
    answer = admin.post(TARIFFS, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, "components.0.price")


def test_a_changed_price_is_a_new_version_and_subscribers_keep_theirs(admin: Api, product: Product) -> None:
    create(admin)
    organization_id = product.organization("Contoso Labs", "basic-plan")
    changed = admin.patch(f"{TARIFFS}/basic-plan", json={"price_per_month": "89.90", "max_team_members": None}).json()
    assert (changed["version"], changed["price_per_month"], changed["max_team_members"]) == (2, "89.90", None)
    assert changed["member_price"] == "19.99"
    assert version_held(product, organization_id) == ("basic-plan", 1)
    again = admin.patch(f"{TARIFFS}/basic-plan", json={"price_per_month": 89.9}).json()
    assert again["version"] == 2
    assert admin.get(f"{TARIFFS}/basic-plan", params={"version": 1}).json()["price_per_month"] == "99.99"
    assert admin.get(f"{TARIFFS}/basic-plan", params={"version": 3}).status_code == 404


def test_a_change_kept_in_a_draft_is_sold_when_it_is_published(admin: Api) -> None:
    create(admin)
    url = f"{TARIFFS}/basic-plan"
    draft = admin.patch(url, json={"price_per_month": "89.90"}, params={"publish": False}).json()
    assert (draft["version"], draft["status"], draft["effective_from"]) == (2, "draft", None)
    sold = admin.get(url).json()
    assert (sold["version"], sold["price_per_month"], sold["draft_version"]) == (1, "99.99", 2)
    refused = admin.patch(url, json={"trial_days": 14})
    assert (refused.status_code, refused.json()["field"]) == (409, "publish")
    admin.patch(url, json={"trial_days": 14}, params={"publish": False})
    published = admin.post(f"{url}/draft/publish").json()
    assert (published["version"], published["price_per_month"], published["trial_days"]) == (2, "89.90", 14)
    assert admin.post(f"{url}/draft/publish").status_code == 409


def test_a_draft_is_discarded(admin: Api) -> None:
    create(admin)
    url = f"{TARIFFS}/basic-plan"
    admin.patch(url, json={"price_per_month": "89.90"}, params={"publish": False})
    assert admin.delete(f"{url}/draft").json()["draft_version"] is None
    assert admin.delete(f"{url}/draft").status_code == 409


def test_an_archived_tariff_is_no_longer_sold_and_its_subscribers_keep_it(admin: Api, product: Product) -> None:
    create(admin)
    organization_id = product.organization("Contoso Labs", "basic-plan")
    assert admin.delete(f"{TARIFFS}/basic-plan").json()["is_active"] is False
    assert version_held(product, organization_id) == ("basic-plan", 1)
    codes = [tariff["code"] for tariff in admin.get(TARIFFS, params={"is_active": False}).json()["data"]]
    assert codes == ["basic-plan"]
    assert "basic-plan" not in [plan["code"] for plan in admin.get("/api/v1/billing/plans").json()["data"]]
    with pytest.raises(Conflict, match="archived"):
        product.organization("Fabrikam", "basic-plan")
    assert admin.patch(f"{TARIFFS}/basic-plan", json={"is_active": True}).json()["is_active"] is True


def test_a_subscriber_of_an_archived_tariff_can_move_to_its_newest_version(admin: Api, product: Product) -> None:
    create(admin)
    organization_id = product.organization("Contoso Labs", "basic-plan")
    admin.patch(f"{TARIFFS}/basic-plan", json={"price_per_month": "89.90"})
    admin.delete(f"{TARIFFS}/basic-plan")
    with product.write() as uow:
        subscribe(uow, organization_id=organization_id, plan_code="basic-plan", actor=SYSTEM, now=product.clock.now())
    assert version_held(product, organization_id) == ("basic-plan", 2)


def test_the_name_of_a_tariff_of_the_catalogues_files_is_changed_there(admin: Api) -> None:
    refused = admin.patch(f"{TARIFFS}/team", json={"name": "Crew"})
    assert (refused.status_code, refused.json()["field"]) == (409, "name")
    create(admin)
    renamed = admin.patch(f"{TARIFFS}/basic-plan", json={"name": "Basic", "description": "For starters."}).json()
    assert (renamed["name"], renamed["description"], renamed["version"]) == ("Basic", "For starters.", 1)


def test_tariffs_come_in_pages_in_the_order_they_are_shown(admin: Api) -> None:
    create(admin)
    first = admin.get(TARIFFS, params={"limit": 3}).json()
    rest = admin.get(TARIFFS, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    codes = [tariff["code"] for tariff in first["data"] + rest["data"]]
    assert codes == ["free", "starter", "professional", "enterprise", "team", "basic-plan"]
    assert rest["next_cursor"] is None


def test_who_has_the_newest_tariffs_is_not_sent_them_again(admin: Api) -> None:
    etag = admin.get(TARIFFS).headers["etag"]
    assert admin.get(TARIFFS, headers={"If-None-Match": etag}).status_code == 304
    create(admin)
    assert admin.get(TARIFFS, headers={"If-None-Match": etag}).status_code == 200


def test_who_changed_a_tariff_is_on_record(admin: Api, product: Product) -> None:
    create(admin)
    admin.patch(f"{TARIFFS}/basic-plan", json={"price_per_month": "89.90"})
    admin.delete(f"{TARIFFS}/basic-plan")
    with product.read() as uow:
        records = uow.audit.records_of("plan", "basic-plan")
    assert {record.action for record in records} == {"plan.created", "plan.published", "plan.archived"}
    assert {record.actor.kind for record in records} == {"api_key"}


@pytest.mark.parametrize("scopes", [[ApiScope.READ], [ApiScope.CHARGE]])
def test_only_operators_who_may_manage_change_tariffs(api: Api, scopes: list[ApiScope]) -> None:
    answer = api.as_(api.key(None, *scopes)).post(TARIFFS, json=TARIFF_SENT)
    assert (answer.status_code, answer.json()["permission"]) == (403, "edit_plans")


def test_a_key_of_a_customer_sees_no_tariffs(api: Api, northwind: str) -> None:
    api.as_(api.key(northwind))
    assert api.get(TARIFFS).status_code == 403
    assert api.post(TARIFFS, json=TARIFF_SENT).status_code == 403
    assert api.get(f"{TARIFFS}/free").status_code == 403
