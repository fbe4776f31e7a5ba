"""Every attribute name that a span may carry, in one place: the messaging names are still moving upstream.

OpenTelemetry's semantic conventions 1.43, messaging (status: development) and HTTP (stable). Values are ids, codes and
route templates; never anything about a person, never a path or query as it was sent.
"""

from typing import Final

SYSTEM: Final = "messaging.system"
OPERATION_TYPE: Final = "messaging.operation.type"
OPERATION_NAME: Final = "messaging.operation.name"
DESTINATION: Final = "messaging.destination.name"

HTTP_METHOD: Final = "http.request.method"
HTTP_ROUTE: Final = "http.route"
HTTP_STATUS: Final = "http.response.status_code"
ERROR_TYPE: Final = "error.type"

REFUSAL: Final = "kith.refusal.code"
