"""One AsyncAPI 3.0 document for each service that tells facts: what is on its topic, for those outside this code."""

from collections.abc import Mapping
from typing import Any, Final

from kith_contracts.registry import CONTRACTS, Contract
from kith_contracts.schemas import reader_schema, story_rule
from kith_contracts.wire import CONTENT_TYPE, REQUIRED, SPECVERSION

PARTITIONS: Final = 12
"""Of every topic, never changed: another number would send a story's later facts to another partition."""

_BINDING: Final = "0.5.0"
_DRAFT_07: Final = "application/schema+json;version=draft-07"
"""The only JSON Schema that every AsyncAPI tool must read. The committed schemas use no word that came after it."""


def service_of(contract: Contract) -> str:
    """The service that tells the fact, as its topic names it."""
    return contract.topic.split(".")[1]


def documents(samples: Mapping[str, Any]) -> dict[str, Any]:
    """The documents by service. ``samples`` holds one value for each wire type, to stand as the message's example."""
    return {
        service: _document(service, [told for told in CONTRACTS.values() if service_of(told) == service], samples)
        for service in dict.fromkeys(map(service_of, CONTRACTS.values()))
    }


def _document(service: str, told: list[Contract], samples: Mapping[str, Any]) -> dict[str, Any]:
    topic = told[0].topic
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:kith:{service}",
        "info": {
            "title": f"The facts Kith's {service} service tells",
            "version": topic.rpartition(".v")[2],
            "description": "CloudEvents 1.0 in Kafka's binary mode. No fact names a person. "
            "Generated from the contract registry by `python -m kith_contracts write`.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            service: {
                "address": topic,
                "description": "Every fact of the service. Facts of one story have one key and so stay in order.",
                "messages": {_key(contract): _message(contract, samples) for contract in told},
                "bindings": {
                    "kafka": {
                        "topic": topic,
                        "partitions": PARTITIONS,
                        "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
                        "bindingVersion": _BINDING,
                    }
                },
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{service}"},
                "messages": [{"$ref": f"#/channels/{service}/messages/{_key(contract)}"} for contract in told],
            }
        },
    }


def _key(contract: Contract) -> str:
    return contract.type.removeprefix("kith.")


def _message(contract: Contract, samples: Mapping[str, Any]) -> dict[str, Any]:
    schema = reader_schema(contract)
    del schema["$schema"]
    return {
        "name": contract.type,
        "title": contract.fact.__name__,
        "summary": schema["description"].partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "headers": _headers(contract),
        "payload": {
            "schemaFormat": _DRAFT_07,
            "schema": schema,
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": story_rule(contract)},
                "bindingVersion": _BINDING,
            }
        },
        "examples": [{"name": "invented", "payload": samples[contract.type]}],
    }


def _headers(contract: Contract) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*REQUIRED],
        "properties": {
            "ce_specversion": {"type": "string", "const": SPECVERSION},
            "ce_id": {
                "type": "string",
                "format": "uuid",
                "description": "The fact's own id; the same fact sent twice has the same.",
            },
            "ce_type": {"type": "string", "const": contract.type},
            "ce_source": {"type": "string", "const": contract.source},
            "ce_subject": {"type": "string", "description": "The story as kind/id; its id is the record's key."},
            "ce_time": {"type": "string", "format": "date-time", "description": "When it happened (UTC)."},
            "ce_dataschema": {"type": "string", "const": contract.dataschema},
            "content-type": {"type": "string", "const": CONTENT_TYPE},
            "traceparent": {"type": "string", "description": "W3C Trace Context of the change that the fact tells of."},
            "tracestate": {"type": "string", "description": "W3C Trace Context, what the tracing systems add."},
        },
    }
