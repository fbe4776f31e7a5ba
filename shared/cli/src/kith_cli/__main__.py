"""`python -m kith_cli` is `kith`."""

from kith_cli.main import main

main()
