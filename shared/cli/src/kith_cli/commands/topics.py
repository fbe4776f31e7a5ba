"""`kith topics`: the topics of the network, made where they are missing."""

from pathlib import Path

import click

from kith_cli.installation import deploy_file
from kith_cli.telling import say_json
from kith_cli.topics import broker_settings, ensure_topics, read_topics


@click.command()
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Which topics, in YAML.  [default: deploy/kafka/topics.yaml]",
)
@click.option("--replication", default=1, show_default=True, type=click.IntRange(1), help="Copies of each partition.")
@click.option("--wait", "patience", default=30.0, show_default=True, help="Seconds a broker may take to answer.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(path: Path | None, replication: int, patience: float, *, as_json: bool) -> None:
    """Make the topics that are missing, and change none that exist.

    The broker is KITH_KAFKA_BOOTSTRAP, with the same KITH_KAFKA_ settings for TLS and SASL as the services. A topic
    with another number of partitions than the file says is an error.
    """
    topics = read_topics(path or deploy_file("kafka/topics.yaml"))
    made = ensure_topics(broker_settings(), topics, replication=replication, patience=patience)
    if as_json:
        say_json({"made": made, "topics": [topic.name for topic in topics]})
    else:
        click.echo(f"{len(topics)} topics are there, {len(made)} of them new.")
