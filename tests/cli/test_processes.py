"""What the embedded servers stand on."""

from kith_cli.embedded.processes import free_port


def test_servers_that_have_not_begun_yet_never_get_the_same_port() -> None:
    ports = [free_port() for _ in range(1000)]

    assert len(set(ports)) == len(ports)
