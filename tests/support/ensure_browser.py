"""Makes sure that a Chromium is there for the browser tests: the system's, else Playwright's, else Debian's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# the same engine without the window around it costs a third less processor time a page: it comes first
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CJK_FONT = "Noto Sans CJK"


def browser() -> str | None:
    """Return the path of a Chromium, or None when there is none."""
    if named := os.environ.get("CHROMIUM"):
        return named
    if found := next((path for name in NAMES if (path := shutil.which(name))), None):
        return found
    kept = Path.home() / ".cache" / "ms-playwright"
    own = [
        *kept.glob("chromium-*/chrome-linux*/chrome"),
        *kept.glob("chromium_headless_shell-*/*/*headless*shell"),
    ]
    return str(sorted(own)[-1]) if own else None


def has_chinese_font() -> bool:
    """Return whether Chinese can be drawn."""
    listed = (
        subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
        if shutil.which("fc-list")
        else None
    )
    return bool(listed and listed.stdout.strip())


def from_debian() -> bool:
    """Install Debian's packages where that is allowed."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"check": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update"], **quiet)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "fonts-noto-cjk", "fontconfig"]
    engines = ("chromium-headless-shell", "chromium")
    return any(
        subprocess.run([*install, engine], env=environment, **quiet).returncode == 0 for engine in engines
    )


def main() -> int:
    """Find or install a browser; say what to do when neither works."""
    if browser() and has_chinese_font():
        return 0
    if from_debian() and browser():
        return 0
    if not browser():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if browser():
        return 0
    sys.stderr.write("No Chromium found and none could be installed: install one, or name it in CHROMIUM.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
