"""The menu as data: which screens there are, in which section, and what a person needs to see one."""

from dataclasses import dataclass

from billing_core.domain.identity import Permission, Viewer


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of the console; `file` lies in `pages/`, `path` is its address. The home screen answers at `/` alone."""

    title: str
    file: str
    path: str
    icon: str
    permission: Permission
    is_home: bool = False


MENU: dict[str, tuple[Screen, ...]] = {
    "Monitor": (
        Screen("Overview", "overview.py", "overview", ":material/monitoring:", Permission.READ_USAGE, is_home=True),
        Screen("Usage", "usage.py", "usage", ":material/bar_chart:", Permission.READ_USAGE),
        Screen(
            "Provider costs",
            "provider_costs.py",
            "provider-costs",
            ":material/payments:",
            Permission.READ_PROVIDER_COST,
        ),
        Screen("Alerts", "alerts.py", "alerts", ":material/notifications:", Permission.READ_ALERTS),
    ),
    "Bill": (
        Screen("Plans", "plans.py", "plans", ":material/tune:", Permission.READ_PLANS),
        Screen("Credits", "credits.py", "credits", ":material/toll:", Permission.READ_CREDITS),
    ),
}


def menu_of(viewer: Viewer) -> dict[str, tuple[Screen, ...]]:
    """The part of the menu a person may see, without empty sections."""
    allowed = {
        section: tuple(screen for screen in screens if screen.permission in viewer.permissions)
        for section, screens in MENU.items()
    }
    return {section: screens for section, screens in allowed.items() if screens}
