"""`tally contract render`, run as people run it."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from tallylight.cli import main
from tallylight.contracts.reading import read
from tallylight.contracts.tests.text.samples import EXAMPLES
from tallylight.contracts.text.command import put

STARTER = EXAMPLES / "starter.yaml"


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "starter.yaml"
    path.write_text(STARTER.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def render(*words: str | Path) -> int:
    return main(["contract", "render", *map(str, words)])


def test_the_text_is_written_beside_the_contract_in_its_own_language(contract: Path) -> None:
    assert render(contract) == 0
    pdf = contract.with_name("starter.en.pdf").read_bytes()
    source = contract.read_text(encoding="utf-8")
    reader = PdfReader(io.BytesIO(pdf))
    pages = ["".join(page.extract_text().split()) for page in reader.pages]
    assert all(read(source).sha256 in page for page in pages)
    assert list(reader.attachments.values()) == [[source.encode()]]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_it_is_written_in_either_language_as_html(contract: Path, tmp_path: Path, language: str) -> None:
    out = tmp_path / "text.html"
    assert render(contract, "--lang", language, "--to", "html", "-o", out) == 0
    html = out.read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in html
    assert "LL-2026-001" in html


def test_standard_output_takes_the_text(contract: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert render(contract, "-o", "-") == 0
    assert capfdbinary.readouterr().out.startswith(b"%PDF-")


def test_a_contract_with_a_fault_is_named_by_its_place_and_nothing_is_written(
    contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract.write_text(contract.read_text(encoding="utf-8").replace("locale: en", "locale: tlh"), encoding="utf-8")
    assert render(contract) == 1
    line = 1 + contract.read_text(encoding="utf-8").split("locale: tlh")[0].count("\n")
    assert f"{contract}:{line}:" in capsys.readouterr().err
    assert list(contract.parent.iterdir()) == [contract]


def test_a_place_that_can_not_be_written_to_is_said(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert render(contract, "-o", contract.parent / "nowhere" / "text.pdf") == 1
    assert "nowhere" in capsys.readouterr().err


def test_a_file_is_replaced_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "text.pdf"
    put(path, b"first")
    with pytest.raises(TypeError):
        put(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
    put(path, b"second")
    assert path.read_bytes() == b"second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_starts_without_django_and_its_settings() -> None:
    asked = "import sys, tallylight.contracts.cli; print('django' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
