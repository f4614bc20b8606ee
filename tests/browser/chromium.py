"""Finds a Chromium that starts on this machine, or gets one: `python -m tests.browser.chromium`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from playwright.sync_api import sync_playwright

LAUNCH_ARGS = [
    "--no-sandbox",  # containers and root have no user namespaces to sandbox with
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # pages do without the internet
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Command, whether it needs root, and what it is to be told.
PACKAGE_MANAGERS: tuple[tuple[str, bool, tuple[str, ...]], ...] = (
    ("apt-get", True, ("update -q", "install -y -q chromium")),
    ("dnf", True, ("install -y chromium",)),
    ("apk", True, ("add chromium",)),
    ("pacman", True, ("-Sy --noconfirm chromium",)),
    ("brew", False, ("install --cask chromium",)),
)
INSTALL_SECONDS_MAX = 900


def find_chromium() -> str | None:
    """The path of a browser that starts: one of the machine's own, else Playwright's download, else None."""
    on_path = [path for path in map(shutil.which, NAMES) if path]
    for candidate in [*on_path, *MAC_APPLICATIONS]:
        if _starts(candidate):
            return candidate
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    return downloaded if _starts(downloaded) else None


def get_chromium() -> str | None:
    """`find_chromium`, and where there is none: Playwright's download, then the system's package manager."""
    if path := find_chromium():
        return path
    print("No Chromium on this machine: downloading the one made for Playwright.", flush=True)
    if _run([sys.executable, "-m", "playwright", "install", "chromium"]) and (path := find_chromium()):
        return path
    for manager, needs_root, orders in PACKAGE_MANAGERS:
        if shutil.which(manager):
            print(f"That did not give a browser that starts: installing chromium with {manager}.", flush=True)
            for order in orders:
                _run([*(_as_root() if needs_root else []), manager, *order.split()])
            return find_chromium()
    return None


def _starts(path: str) -> bool:
    """Whether the program runs at all: a snap's placeholder or a missing system library fails here."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def _run(command: Sequence[str]) -> bool:
    print("+", *command, flush=True)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=INSTALL_SECONDS_MAX, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, flush=True)
        return False
    return done.returncode == 0


def main() -> int:
    """Print the browser's path and return 0, or say how to get one and return 1."""
    path = get_chromium()
    if path is None:
        print(
            "No Chromium could be had. The suite drives a real browser: install chromium or Google Chrome so that it\n"
            "is on PATH (Debian: apt-get install chromium), then run the command again.",
            file=sys.stderr,
        )
        return 1
    print(f"Browser: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
