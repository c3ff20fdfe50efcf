"""Which door a kind of channel has."""

from collections.abc import Mapping
from types import MappingProxyType

from portal.channels import fhir_post, mllp, sftp_push, webhook
from portal.channels.door import Door
from portal.rules.dispatches import ChannelKind

DOORS: Mapping[ChannelKind, Door] = MappingProxyType(
    {
        ChannelKind.SFTP: sftp_push,
        ChannelKind.WEBHOOK: webhook,
        ChannelKind.MLLP: mllp,
        ChannelKind.FHIR: fhir_post,
    }
)
