"""core/address: two spellings of one address are one, and two addresses are never one."""

import pytest

from core.address import ADDRESS_MOST, address_in, domain_in, domain_of


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("Jane.Miller@Your-Company.COM", "jane.miller@your-company.com"),
        ("  jane@a.b.example \n", "jane@a.b.example"),
        ("j@xn--bcher-kva.example", "j@xn--bcher-kva.example"),
        ("o'neil+slack@corp.test", "o'neil+slack@corp.test"),
        ("jane__doe-x@corp.test", "jane__doe-x@corp.test"),
    ],
)
def test_an_address_is_lowered_and_nothing_else(said: str, address: str) -> None:
    assert address_in(said) == address


@pytest.mark.parametrize(
    "said",
    [
        "",
        "@",
        "jane",
        "lkrause",
        "jane@",
        "@corp.test",
        "jane@localhost",
        "jane@127.0.0.1",
        "jane@corp.test.",
        "jane@.corp.test",
        "jane@corp..test",
        "jane@-corp.test",
        "jane@[127.0.0.1]",
        "jane@evil.test@corp.test",
        "jane.@corp.test",
        ".jane@corp.test",
        "_jane_@corp.test",
        "a._b_.c@corp.test",
        "ja..ne@corp.test",
        "ja ne@corp.test",
        '"jane"@corp.test',
        "Jane <jane@corp.test>",
        "jane@corp.test\nbcc: x",
        "jane(cfo)@corp.test",
        "gus_partner.test#EXT#@corp.test",
        "jane@c\u043erp.test",  # a Cyrillic letter
        "j\u00e4ne@corp.test",
        "jane@stra\u00dfe.test",
        "jane@\uff43orp.test",  # a full-width letter, which NFKC would make one of ours
        "jane@corp.\u212aest",  # the Kelvin sign, which str.lower would make a k
        "jane\u200b@corp.test",
        "\u202ejane@corp.test",
        f"{'j' * 65}@corp.test",
        f"j@{'c' * 64}.test",
        f"j@{'corp.' * 20}test",
    ],
    ids=ascii,
)
def test_what_is_no_plain_address_is_none(said: str) -> None:
    assert address_in(said) == ""


def test_the_longest_address_is_one() -> None:
    longest = f"{'j' * 64}@{'c' * (ADDRESS_MOST - 70)}.test"
    assert address_in(longest) == longest
    assert address_in(f"{'j' * 64}@{'c' * (ADDRESS_MOST - 69)}.test") == ""


def test_a_domain_is_what_stands_behind_the_at() -> None:
    assert domain_of(address_in("Jane@Corp.Test")) == domain_in(" CORP.test ") == "corp.test"


@pytest.mark.parametrize("said", ["corp", "*.corp.test", "@corp.test", "corp.test/", "https://corp.test", "10.0.0.1", "stra\u00dfe.test"])
def test_what_is_no_domain_is_none(said: str) -> None:
    assert domain_in(said) == ""
