"""Which small mistakes would the tests not notice?

Draws mutations of the product with a seed, makes one at a time in a copy, and runs the tests, the nearest first.
A mutant that survives means the same as the code before it, or is a test to write.

    python -m tests.mutants --seed 7 --count 20
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

_MOST = {"simulator": 2, "templates": 1, "static": 1}
"""Of one drawing, from what is not the product's Python; elsewhere as many as come."""

_HANGS_SECONDS = 300
"""A test that takes longer goes round in circles, which counts as noticed."""

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_EMPTY = {
    "str": "''",
    "list": "[]",
    "tuple": "()",
    "dict": "{}",
    "set": "set()",
    "frozenset": "frozenset()",
    "int": "0",
}
_LOG_CALLS = {"debug", "info", "warning", "error", "exception", "getLogger"}
_SCHEMA_CALLS = {"mapped_column", "relationship", "Index", "UniqueConstraint"}  # the migrations decide
_TEMPLATE_CONDITION = re.compile(rb"\{%-? (?:el)?if (?P<it>[^%]+?) -?%\}")
_SCRIPT_SIGNS = {
    b"===": b"!==", b"!==": b"===", b"&&": b"||", b"||": b"&&", b"true": b"false", b"false": b"true", b"<": b"<=",
    b">": b">=", b"<=": b"<", b">=": b">",
}  # fmt: skip
_SCRIPT_SIGN = re.compile(rb"(?<=[\s(])(?P<it>===|!==|&&|\|\||<=|>=|<|>|true|false)(?=[\s;,)])")


@dataclass(frozen=True)
class Mutation:
    """Bytes `start` to `end` of a file become `after`. `path` is counted from the root."""

    path: str
    kind: str
    line: int
    start: int
    end: int
    after: bytes

    @property
    def package(self) -> str:
        parts = Path(self.path).parts
        return parts[0] if parts[0] in _MOST else parts[1].removesuffix(".py")

    def apply(self, before: bytes) -> bytes:
        return before[: self.start] + self.after + before[self.end :]

    def diff(self) -> str:
        before = (ROOT / self.path).read_bytes()
        old, new = (text.decode().splitlines(keepends=True) for text in (before, self.apply(before)))
        return "".join(difflib.unified_diff(old, new, self.path, self.path, n=1))


class _Finder(ast.NodeVisitor):
    """Collects the mutations of one module. Annotations, texts, logs and assertions are left alone."""

    def __init__(self, path: str, source: bytes, defaults: dict[str, set[str]]) -> None:
        self._path = path
        self._defaults = defaults
        self._returns: list[str] = []
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self.found: list[Mutation] = []
        self.visit(ast.parse(source))

    def _change(self, kind: str, node: ast.expr | ast.stmt, after: ast.expr | str) -> None:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        text = after if isinstance(after, str) else f"({ast.unparse(after)})"
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        self.found.append(Mutation(self._path, kind, node.lineno, start, end, text.encode()))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name == "__repr__":
            return
        self._returns.append("" if node.returns is None else ast.unparse(node.returns).partition("[")[0])
        for each in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if each is not None:
                self.visit(each)
        self._returns.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for each in node.body:
            self.visit(each)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        pass

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass  # what people read; and its parts have no places of their own before Python 3.12

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self._condition(node)
            self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node)
        self.generic_visit(node)

    def _condition(self, node: ast.If | ast.IfExp) -> None:
        for value in ("True", "False"):
            self._change("condition set", node.test, value)
        self._change("not added", node.test, f"(not ({ast.unparse(node.test)}))")

    def visit_Compare(self, node: ast.Compare) -> None:
        for index, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                changed = copy.copy(node)
                changed.ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                self._change("comparison", node, changed)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._change("and/or", node, ast.BoolOp(other, node.values))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._change("not dropped", node, node.operand)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._change("flag", node, str(not node.value))
        elif isinstance(node.value, int | float):
            for other in {node.value * 2 or 1, type(node.value)(node.value / 2)} - {node.value}:
                self._change("number", node, repr(other))

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and ast.unparse(node.value) not in ("None", empty := self._empty()):
            self._change("return value", node.value, empty)
        self.generic_visit(node)

    def _empty(self) -> str:
        return _EMPTY.get(self._returns[-1] if self._returns else "", "None")

    def visit_Raise(self, node: ast.Raise) -> None:
        self._change("raise removed", node, "pass")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and _name(node.value) not in _LOG_CALLS:
            self._change("call left out", node, "pass")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node)
        if name in _LOG_CALLS | _SCHEMA_CALLS:
            return
        for keyword in node.keywords:
            if keyword.arg in self._defaults.get(name, ()):
                left = [each for each in node.keywords if each is not keyword]
                self._change("argument dropped", node, ast.Call(node.func, node.args, left))
        self.generic_visit(node)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _defaults(modules: Iterable[bytes]) -> dict[str, set[str]]:
    """For each function and class of the product the arguments that may be left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in (each for module in modules for each in ast.walk(ast.parse(module))):
        if isinstance(node, ast.FunctionDef):
            named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            found[node.name] |= {argument.arg for argument, default in named if default is not None}
            required = len(node.args.args) - len(node.args.defaults)
            found[node.name] |= {each.arg for each in node.args.args[required:]}
        elif isinstance(node, ast.ClassDef):
            fields = (
                each for each in node.body if isinstance(each, ast.AnnAssign) and each.value is not None
            )
            found[node.name] |= {ast.unparse(field.target) for field in fields}
    return found


def _others(path: str, source: bytes, pattern: re.Pattern[bytes]) -> Iterator[Mutation]:
    """The mutations of a template or a script, found by their signs."""
    for match in pattern.finditer(source):
        it = match["it"]
        after = _SCRIPT_SIGNS[it] if pattern is _SCRIPT_SIGN else b"not (" + it + b")"
        line = source.count(b"\n", 0, match.start()) + 1
        yield Mutation(path, "condition turned", line, *match.span("it"), after)


def mutations() -> list[Mutation]:
    """Every mutation there is, always in the same order. Migrations are left alone: they are history."""
    files = sorted(ROOT.glob("embedded_app/**/*.py"))
    modules = {path: path.read_bytes() for path in files if "migrations" not in path.parts}
    defaults = _defaults(modules.values())
    found = []
    for path, source in modules.items():
        found += _Finder(path.relative_to(ROOT).as_posix(), source, defaults).found
    for glob, pattern in (("templates/**/*.html", _TEMPLATE_CONDITION), ("static/**/*.js", _SCRIPT_SIGN)):
        for path in sorted(ROOT.glob(glob)):
            found += _others(path.relative_to(ROOT).as_posix(), path.read_bytes(), pattern)
    return found


def draw(pool: Sequence[Mutation], count: int, seed: int) -> list[Mutation]:
    """`count` of them, one package after the other, and in each every kind as likely as another."""
    chance = random.Random(seed)  # noqa: S311 # to be drawn again, not to be guessed
    drawn: list[Mutation] = []
    taken: Counter[str] = Counter()
    while len(drawn) < count:
        packages = sorted({each.package for each in pool})
        for package in chance.sample(packages, len(packages)):
            own = [each for each in pool if each.package == package and each not in drawn]
            if own and taken[package] < _MOST.get(package, count) and len(drawn) < count:
                kind = chance.choice(sorted({each.kind for each in own}))
                drawn.append(chance.choice([each for each in own if each.kind == kind]))
                taken[package] += 1
    return drawn


def _stages(mutation: Mutation) -> Iterator[list[str]]:
    """The arguments of pytest, the nearest tests first; the rest does not run the nearest again."""
    if mutation.package == "static":  # scripts run in browsers only
        yield ["tests/browser/test_modules.py"]
        yield ["tests/browser", "-m", "not deep", "--ignore=tests/browser/test_modules.py"]
        return
    parts = Path(mutation.path).parts
    name = parts[1] if mutation.package == "templates" else mutation.package
    near = [f"tests/unit/test_{name}.py", *(f"tests/{level}/{name}" for level in ("unit", "integration"))]
    near = [each for each in near if (ROOT / each).exists()]
    for each in near:
        yield [each, "-m", "not deep"]
    levels = ["tests/unit", "tests/integration", "tests/system"]
    for level in levels:
        yield [level, "-m", "not deep", *(f"--ignore={each}" for each in near)]
    yield [*levels, "-m", "deep or fuzz", "--hypothesis-profile=deep"]


class Copy:
    """The project as it stands, also where it is not committed, in a folder in which one may break it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        checkers = Path("tests", "checkers", "node_modules")
        if (ROOT / checkers).is_dir():
            (folder / checkers).symlink_to(ROOT / checkers)

    def killer(self, mutation: Mutation) -> str | None:
        """The first test that fails with `mutation`."""
        path = self._folder / mutation.path
        before = path.read_bytes()
        self._write(path, mutation.apply(before))
        try:
            return next(filter(None, map(self._failed, _stages(mutation))), None)
        finally:
            self._write(path, before)

    def _write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        # A file of the same size and second would be taken for the one that was compiled.
        shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)

    def _failed(self, arguments: list[str]) -> str | None:
        options = (
            f"-x -q --tb=no -rfE -p no:cacheprovider -p no:randomly -o faulthandler_timeout={_HANGS_SECONDS}"
        )
        command = [
            sys.executable,
            "-m",
            "pytest",
            *options.split(),
            "-o",
            "faulthandler_exit_on_timeout=true",
        ]
        run = subprocess.run(
            [*command, *arguments],
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": str(self._folder)},  # before the checkout, which is installed
            check=False,
            capture_output=True,
            text=True,
        )
        if run.returncode in {0, 5}:  # 5: there are no such tests
            return None
        if run.returncode == 4:  # so says pytest
            raise RuntimeError(f"pytest did not take {arguments}: {run.stderr}")
        named = re.findall(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE)
        return named[0] if named else f"{arguments[0]} (ended with {run.returncode})"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=20)
    given = parser.parse_args()
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="tieback-mutants-") as folder:
        working = Copy(Path(folder))
        for mutation in draw(mutations(), given.count, given.seed):
            killer = working.killer(mutation)
            where = f"{mutation.path}:{mutation.line} {mutation.kind}"
            print(
                f"{where}: killed by {killer}" if killer else f"{where}: SURVIVED\n{mutation.diff()}",
                flush=True,
            )
            survivors += killer is None
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
