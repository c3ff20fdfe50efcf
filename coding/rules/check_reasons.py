"""Why a coding is submitted although something in it is likely wrong: asked once, for all of it together."""

from enum import StrEnum


class CheckReason(StrEnum):
    DOCUMENTED = "documented"
    PAYER_RULE = "payer_rule"
    CLIENT_RULE = "client_rule"
    NOTE = "note"

    @property
    def label(self) -> str:
        return {
            "documented": "The documentation supports it",
            "payer_rule": "The payer wants it so",
            "client_rule": "The client wants it so",
            "note": "As my note to the verifier says",
        }[self.value]
