"""What the benchmarks share: repositories to measure on, alternating runs, and the line that says how it went."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
RUNS = 7
FAILED = False
# In memory where that is possible: a disk that just freed many inodes is slow to give new ones, for a minute or five.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def folder():
    """An empty one, in memory where that is possible."""
    return pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-", dir=FAST))


def slipway():
    """The release binary, built when it is not there yet; SLIPWAY names another one."""
    return os.environ.get("SLIPWAY") or product("slipway")


def product(name):
    """A program of this project, built for release."""
    build = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", name, "--package-path", str(PROJECT)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    folder = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{folder}/{name}"


ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada Lovelace", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_NAME": "Ada Lovelace", "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
}


def run(command, folder):
    """Runs a command; gives seconds of wall time and the largest resident size in bytes, of its children too."""
    began = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return wall, usage.ru_maxrss * 1024


def anonymous(command, folder):
    """The largest anonymous memory of a command in megabytes, looked at every millisecond: mapped files do not count."""
    largest = 0
    for _ in range(3):
        child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None:
            try:
                with open(f"/proc/{child.pid}/status") as status:
                    found = [line.split()[1] for line in status if line.startswith("RssAnon:")]
            except OSError:
                break
            largest = max([largest] + [int(size) for size in found])
            time.sleep(0.001)
        child.wait()
    return largest / 1024


def monorepo(count, files, service):
    """A repository of services with some files each; `service(name)` is the entry of one in slipway.yaml."""
    place = folder()
    lines = ["services:"]
    for index in range(count):
        name = f"s{index:03}"
        home = place / "services" / name
        home.mkdir(parents=True)
        for number in range(files):
            (home / f"f{number}.txt").write_text(f"{name} {number}\n")
        lines.append(f"  {name}: {service(f'services/{name}')}")
    (place / "slipway.yaml").write_text("\n".join(lines) + "\n")
    # Packed, as clones are.
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "feat: begin"], ["gc", "-q"]):
        subprocess.run(["git", *command], cwd=place, env=ENVIRONMENT, check=True)
    return place


def alternate(subject, peer):
    """Runs both in turn after a warm-up; each gives (seconds, bytes). Gives all pairs."""
    subject(), peer()
    return [(subject(), peer()) for _ in range(RUNS)]


def verdict(area, figure, limit, text):
    """One line: what was found, against what is allowed."""
    global FAILED
    is_good = figure <= limit
    FAILED = FAILED or not is_good
    print(f"{area}: {text.format(figure)} {'ok' if is_good else 'SHORT'}", flush=True)


def ratio(area, pairs, peer_name, limit, factor=1, allowance=0.0):
    """The median of the pairwise ratios of wall time to a multiple of the peer's, with an allowance in seconds."""
    found = statistics.median(a[0] / (factor * b[0] + allowance) for a, b in pairs)
    times = f"{1000 * statistics.median(a[0] for a, _ in pairs):.0f} ms, {1000 * statistics.median(b[0] for _, b in pairs):.0f} ms"
    verdict(area, found, limit, f"{found:.2f} x {peer_name} (limit {limit:.2f}; medians {times})")


def memory(area, pairs, limit_megabytes=100):
    """The largest resident size of the subject."""
    found = max(a[1] for a, _ in pairs) / 1e6
    verdict(f"{area}.memory", found, limit_megabytes, f"{found:.0f} MB (limit {limit_megabytes} MB)")


def end():
    sys.exit(1 if FAILED else 0)
