"""Quantities compare as Kubernetes reads them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from components.model import cpu_cores, memory_bytes


@given(st.integers(1, 10**6))
def test_a_thousand_thousandths_are_a_core(amount: int) -> None:
    assert cpu_cores(f"{amount * 1000}m") == cpu_cores(str(amount)) == amount


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_cpu_is_more_in_either_notation(one: int, other: int) -> None:
    cores = f"{Decimal(other) / 1000}"
    assert (cpu_cores(f"{one}m") < cpu_cores(cores)) == (one < other)


@given(st.integers(1, 10**6))
def test_1024_of_a_unit_are_one_of_the_next(amount: int) -> None:
    assert memory_bytes(f"{amount * 1024}Ki") == memory_bytes(f"{amount}Mi")
    assert memory_bytes(f"{amount * 1024}Mi") == memory_bytes(f"{amount}Gi")
