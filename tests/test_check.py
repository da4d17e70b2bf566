"""``check`` answers before anything is loaded: mapping, size, sales per month, open questions, what can be answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.cli import main
from crm_analysis.messages import use_language

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Main:
    """Check a file with settings: exit status, standard output, standard error."""
    monkeypatch.setenv("COLUMNS", "400")

    def call(text: str, settings: str = "", *, currency: str = "KRW", lang: str = "en") -> tuple[int, str, str]:
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        head = f'[project]\nname = "shop"\ncurrency = "{currency}"\n[sources.order_lines]\npath = "orders.csv"\n'
        (tmp_path / "crm.toml").write_text(head + settings, encoding="utf-8")
        with pytest.raises(SystemExit) as left:
            main(["check", str(tmp_path), "--lang", lang])
        use_language("en")
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return call


def row(out: str, first: str) -> str:
    (found,) = [line for line in out.splitlines() if line.strip().startswith(first)]
    return " ".join(found.split())


def test_unknown_headers_are_proposed_with_five_values_and_the_line_to_write(check: Main) -> None:
    text = "who,bought on,how much,수취인 주소\n" + "".join(
        f"k{i}@shop.kr,2025-06-{i + 10},{i}000원,서울시 중구 {i}\n" for i in range(1, 8)
    )
    status, out, err = check(text)
    assert row(out, "who") == "who customer_id by its values " + " | ".join(["k*@****.**"] * 5)
    assert row(out, "bought on").startswith("bought on ordered_at by its values 2025-06-11 | 2025-06-12 |")
    assert row(out, "how much") == "how much amount by its values 1000원 | 2000원 | 3000원 | 4000원 | 5000원"
    assert "중구" not in out, "an address is hidden although no column uses it"
    assert "7 rows, 0 order numbers, 7 customers, 11 to 17 Jun 2025." in out
    assert status == 1, "a build would refuse it"
    assert 'columns = { customer_id = "who", ordered_at = "bought on", amount = "how much" }' in err


STATES = "order,customer,date,sku,amount,status\no1,A,2025-06-09,P1,11000,paid\no2,B,2025-06-10,P1,5000,cancelled\n"


def test_what_counts_as_a_sale_is_asked_after_all_that_can_be_said(check: Main) -> None:
    status, out, err = check(STATES)
    assert status == 1
    assert 'sale_status = ["paid"]' in err
    assert row(out, "Jun 2025") == "Jun 2025 ₩16,000"
    assert "prices_include_tax = true, tax_rate = 0.1" in out, "the question of tax is asked in won"


def test_sales_per_month_with_each_difference(check: Main) -> None:
    cleaning = '[cleaning]\nsale_status = ["paid"]\nprices_include_tax = true\ntax_rate = 0.1\n'
    status, out, err = check(STATES, cleaning)
    assert (status, err) == (0, "")
    assert "Counts as a sale: paid." in out
    assert "1 rows would be set aside: State is not a sale." in out
    assert row(out, "Month") == "Month In the source State is not a sale Sales"
    assert row(out, "Jun 2025") == "Jun 2025 ₩16,000 −₩5,000 ₩11,000"
    assert "Amounts contain 10 % tax; profit is reckoned without it." in out
    assert "Everything could be read." in out
    assert row(out, "Can be answered: Value and leaving per customer; Products for each customer.")
    assert "Profit from costs instead of an assumed margin (order_lines.unit_cost)" in row(out, "Needs more data")


def test_a_known_export_is_named_with_what_to_write(check: Main) -> None:
    text = "주문번호,주문자ID,주문일시,주문 상태,상품코드,상품구매금액(KRW),주문경로\n"
    text += "A,kim,2025-06-09,배송완료,P1,1000,PC\n"
    _status, out, _err = check(text)
    assert "This looks like an export of Cafe24. In crm.toml:" in out
    assert row(out, "preset =") == 'preset = "cafe24"'
    assert row(out, "sale_status =").startswith('sale_status = ["상품준비중", "배송준비중"')
    assert row(out, "tax_rate =") == "tax_rate = 0.1"
    status, out, err = check(text, 'preset = "cafe24"\n')
    assert (status, err) == (0, "")
    assert "these columns are missing: '주문자 이메일' (customer_email)" in out
    assert "This looks like" not in out


def test_what_could_not_be_read_is_counted_by_the_files_own_header(check: Main) -> None:
    text = "주문번호,고객,주문일,결제금액\n" + "".join(f"o{i},A,2025-06-09,10\n" for i in range(5)) + "o9,B,내일,10\n"
    status, out, _err = check(text, currency="EUR")
    assert status == 0
    assert "1 rows hold something in column '주문일' (ordered_at) that could not be read." in out
    assert "tax" not in out, "no question of Korea in euros"


def test_in_korean(check: Main) -> None:
    status, out, _err = check(STATES, '[cleaning]\nsale_status = ["paid"]\n', lang="ko")
    assert status == 0
    assert "매출로 보는 상태: paid" in out
    assert row(out, "2025년 6월").endswith("11,000원")


def test_a_large_file_is_a_sample_and_says_so(check: Main, tmp_path: Path) -> None:
    days = pd.Series(pd.date_range("2024-01-01", periods=280_000, freq="3min")).dt.strftime("%Y-%m-%d %H:%M")
    text = "order,customer,date,amount\n" + "".join(f"o{i},c{i % 999},{day},1\n" for i, day in enumerate(days))
    assert len(text) > 8 << 20
    status, out, err = check(text, currency="EUR")
    assert (status, err) == (0, "")
    assert "of the source was read, spread over all of it" in out
    assert "Rows in the source: about 280K." in out
    assert "Sales per month, about" in out
    may = row(out, "May 2024").split()
    assert float(may[-1].replace("€", "").replace(",", "")) == pytest.approx(31 * 480, rel=0.1)
