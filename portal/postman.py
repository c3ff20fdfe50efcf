"""The door to the mail server: one message, one attempt, an outcome with a name."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

TIMEOUT = 10  # seconds for each step of the conversation
PERMANENT = 500  # RFC 5321, 4.2.1: replies from 500 on mean that the same message need not be tried again


class NotTaken(Exception):
    """The mail server did not take the message; `fault` is a code without addresses, `final` says not to try again."""

    def __init__(self, fault: str, *, final: bool) -> None:
        super().__init__(fault)
        self.fault, self.final = fault, final


def send(*, to: str, subject: str, text: str, html: str, message_id: str) -> None:
    """Hand one message to the mail server, or NotTaken. `message_id` is the same for every attempt.

    A server or reader that saw the id before drops the copy (RFC 5322, 3.6.4).
    """
    options: dict[str, Any] = {"timeout": TIMEOUT} if "smtp" in settings.EMAIL_BACKEND else {}
    message = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[to],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},  # RFC 3834: no automatic replies
        connection=get_connection(**options),
    )
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        code = max(code for code, _text in refused.recipients.values())
        raise NotTaken(f"smtp_{code}", final=code >= PERMANENT) from None
    except SMTPResponseException as answer:
        # A refusal of our sign-in or of the sender is the server's or our setting, not this message's fault.
        raise NotTaken(f"smtp_{answer.smtp_code}", final=False) from None
    except (SMTPException, OSError) as trouble:
        raise NotTaken(f"mail_{type(trouble).__name__}", final=False) from None
