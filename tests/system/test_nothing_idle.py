"""Nothing on the pages is kept that no page uses: rules, components and functions of scripts."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from embedded_app.app import ROOT

TEMPLATES = {path: path.read_text() for path in (ROOT / "templates").rglob("*.html")}
SCRIPTS = {path: path.read_text() for path in (ROOT / "static" / "js").rglob("*.js")}
STYLES = {path: path.read_text() for path in (ROOT / "static" / "css").rglob("*.css")}
CODE = {
    path: path.read_text()
    for path in (ROOT / "embedded_app").rglob("*.py")
    if "simulator" not in path.relative_to(ROOT).parts
}
WRITERS = "\n".join(chain(TEMPLATES.values(), SCRIPTS.values(), CODE.values()))
EXPORTED_FOR_A_TEST = {"writeAge"}  # held to what the server says for the same time


def test_every_class_of_the_styles_is_written_somewhere() -> None:
    quoted = " ".join(re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", WRITERS))
    names = set(re.findall(r"[\w-]+", quoted))
    variants = {
        (base, variant) for base in re.findall(r"([\w-]+--)(?:\{\{|' ~)", WRITERS) for variant in names
    }
    written = names | {base + variant for base, variant in variants}
    assert styled_classes() - written == set()


def styled_classes() -> set[str]:
    plain = (re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for text in STYLES.values())
    selectors = chain.from_iterable(re.findall(r"([^{}]+)\{", text) for text in plain)
    return set(chain.from_iterable(re.findall(r"\.([a-zA-Z][\w-]*)", each) for each in selectors))


def test_every_custom_property_is_read() -> None:
    styles = "\n".join(STYLES.values())
    set_somewhere = set(re.findall(r"[\s{;](--[\w-]+)\s*:", styles))
    assert set_somewhere - set(re.findall(r"var\((--[\w-]+)", styles)) == set()


def test_every_macro_is_called() -> None:
    unused = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in TEMPLATES.items()
        for name in re.findall(r"\{%-? macro (\w+)", text)
        if not re.search(rf"(?<!macro )\b{name}\(", "\n".join(TEMPLATES.values()))
    ]
    assert unused == []


def test_every_import_of_a_template_is_used() -> None:
    unused = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in TEMPLATES.items()
        for names in re.findall(r"\{%-? from \"[^\"]+\" import ([^%]+?) -?%\}", text)
        for name in (each.split(" as ")[-1].strip() for each in names.split(","))
        if len(re.findall(rf"\b{name}\b", text)) == 1
    ]
    assert unused == []


def test_every_export_of_a_script_is_imported() -> None:
    unused = {
        name
        for path, text in SCRIPTS.items()
        for name in re.findall(r"^export (?:async )?(?:function\*?|const|class) (\w+)", text, re.MULTILINE)
        if not imported_by_another(path, name)
    }
    assert unused == EXPORTED_FOR_A_TEST


def imported_by_another(path: Path, name: str) -> bool:
    pattern = re.compile(rf"import \{{[^}}]*\b{name}\b[^}}]*\}} from \"[^\"]*{re.escape(path.name)}\"")
    return any(pattern.search(text) for other, text in SCRIPTS.items() if other != path)
