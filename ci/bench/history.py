"""Histories to measure on: services that are changed, released, merged and reverted as real ones are, the same in every run."""

import os
import random
import shutil
import subprocess

import measure

TYPES = ["feat"] * 25 + ["fix"] * 40 + ["chore"] * 15 + ["refactor"] * 8 + ["docs"] * 5 + ["test"] * 4 + ["perf"] * 3
PARTS = ["api", "core", "store"]
FILES = 8
WORDS = (
    "when the order is empty a client waits for its answer until timeouts end it so retry once and report what was read from"
    " cache before payment of invoices begins without changing how tenants see their limits after migration").split()


def git(place, *command):
    return subprocess.run(
        ["git", *command], cwd=place, env=measure.ENVIRONMENT, check=True, capture_output=True, text=True).stdout.strip()


class Writer:
    """Commits and tags for git fast-import."""

    def __init__(self, place):
        self.answers, back = os.pipe()
        self.importer = subprocess.Popen(
            ["git", "fast-import", "--quiet", f"--cat-blob-fd={back}"], cwd=place, env=measure.ENVIRONMENT,
            stdin=subprocess.PIPE, pass_fds=[back])
        os.close(back)
        self.mark = 0

    def write(self, text):
        self.importer.stdin.write(text.encode())

    def data(self, text):
        self.write(f"data {len(text.encode())}\n{text}\n")

    def commit(self, branch, message, files, parents):
        """Writes one commit, and gives its mark."""
        self.mark += 1
        self.write(f"commit refs/heads/{branch}\nmark :{self.mark}\n")
        for who in ("author", "committer"):
            self.write(f"{who} Ada Lovelace <ada@example.org> {1_600_000_000 + self.mark * 600} +0000\n")
        self.data(message)
        for word, parent in zip(["from", "merge"], parents):
            self.write(f"{word} :{parent}\n")
        for path, text in files.items():
            self.write(f"M 100644 inline {path}\n")
            self.data(text)
        return self.mark

    def tag(self, name, mark):
        self.write(f"tag {name}\nfrom :{mark}\ntagger Ada Lovelace <ada@example.org> {1_600_000_300 + mark * 600} +0000\n")
        self.data(f"{name}\n")

    def id(self, mark):
        """The id of a commit that was written."""
        self.write(f"get-mark :{mark}\n")
        self.importer.stdin.flush()
        return os.read(self.answers, 41).decode().strip()

    def end(self):
        self.importer.stdin.close()
        os.close(self.answers)
        if self.importer.wait() != 0:
            raise SystemExit("git fast-import failed")


class History:
    """Twenty files and more a service; one commit in thirty is on a branch that is merged, one in two hundred is taken back."""

    def __init__(self, place, services):
        self.writer = Writer(place)
        self.numbers = random.Random(7)
        self.names = [f"s{number:03}" for number in range(services)]
        self.files = {
            f"services/{name}/{part}/f{number}.txt": f"{name} {part} {number}\n"
            for name in self.names for part in PARTS for number in range(FILES)}
        entries = [f'  {name}: {{path: services/{name}, toolchain: command, build: "true", test: false}}' for name in self.names]
        begin = dict(self.files, **{"slipway.yaml": "\n".join(["services:", *entries]) + "\n", "README.md": "begin\n"})
        # Marks of main, the newest last.
        self.main = [self.writer.commit("main", "feat: begin", begin, [])]
        self.count = 1

    def change(self):
        """A message, and the files of one service, sometimes of two, sometimes of none."""
        pick = self.numbers.random
        names = self.numbers.sample(self.names, 2 if pick() < 0.05 else 1)
        changed = {}
        for name in names:
            for _ in range(self.numbers.choice([1, 1, 2, 3])):
                path = f"services/{name}/{self.numbers.choice(PARTS)}/f{self.numbers.randrange(FILES)}.txt"
                changed[path] = f"{self.count} {self.sentence(6)}\n"
        if pick() < 0.03:
            changed = {"README.md": f"{self.count}\n"}
        scope = f"({names[0]})" if pick() < 0.5 else ""
        mark = "!" if pick() < 0.003 else ""
        subject = f"{self.numbers.choice(TYPES)}{scope}{mark}: {self.sentence(5)} (#{self.count})"
        if pick() < 0.03:
            subject = f"Update {self.sentence(3)}"
        body = "".join(f"\n{self.sentence(9)}" for _ in range(self.numbers.randrange(5))) if pick() < 0.5 else ""
        trailer = "\n\nCo-authored-by: Grace Hopper <grace@example.org>" if pick() < 0.2 else ""
        return subject + ("\n" + body if body else "") + trailer + "\n", changed

    def sentence(self, words):
        return " ".join(self.numbers.choices(WORDS, k=words))

    def commit(self, branch, message, files, parents):
        self.count += 1
        self.files.update(files)
        return self.writer.commit(branch, message, files, parents)

    def grow(self):
        """One commit on main, or a branch with its merge."""
        event = self.numbers.random()
        if event < 0.01:
            return self.branch()
        message, files = self.change()
        before = {path: self.files[path] for path in files if path in self.files}
        self.main.append(self.commit("main", message, files, self.main[-1:]))
        if event > 0.995 and before:
            subject = message.split("\n")[0]
            text = f"Revert \"{subject}\"\n\nThis reverts commit {self.writer.id(self.main[-1])}.\n"
            self.main.append(self.commit("main", text, before, self.main[-1:]))

    def branch(self):
        side, brought = self.main[-1], {}
        for _ in range(3):
            message, files = self.change()
            side = self.commit("side", message, files, [side])
            brought.update(files)
            message, files = self.change()
            files = {path: text for path, text in files.items() if path not in brought}
            self.main.append(self.commit("main", message, files, self.main[-1:]))
        self.main.append(self.commit("main", f"Merge pull request #{self.count} from side\n", brought, [self.main[-1], side]))

    def release(self, tags):
        """Tags all over the history: most services were released lately, and one not since the beginning."""
        services = len(self.names)
        for index, name in enumerate(self.numbers.sample(self.names, services)):
            age = (index / max(1, services - 1)) ** 2
            last = 1 + int((len(self.main) - 2) * (1 - age))
            number = [0, 1, 0]
            for place in sorted(self.numbers.choices(range(1, last + 1), k=tags // services + (index < tags % services) - 1)) + [last]:
                self.writer.tag(f"{name}/v{'.'.join(map(str, number))}", self.main[place])
                level = self.numbers.choices([0, 1, 2], [1, 10, 8])[0]
                number[level:] = [number[level] + 1] + [0] * (2 - level)


def synthetic(services, commits, tags):
    """A bare repository, packed as servers pack, without what git would compute of it in the background."""
    place = measure.folder()
    git(place, "init", "-q", "--bare", "-b", "main")
    history = History(place, services)
    while history.count < commits - 8:
        history.grow()
    while history.count < commits:
        message, files = history.change()
        history.main.append(history.commit("main", message, files, history.main[-1:]))
    history.release(tags)
    history.writer.end()
    git(place, "update-ref", "-d", "refs/heads/side")
    git(place, "gc", "-q")
    shutil.rmtree(place / "objects/info/commit-graphs", ignore_errors=True)
    (place / "objects/info/commit-graph").unlink(missing_ok=True)
    return place
