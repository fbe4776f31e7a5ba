"""Builds the notifications service."""

from kith_chassis.database import Database
from kith_chassis.internal import Internal
from kith_chassis.service import Loop, Service
from kith_notifications import api
from kith_notifications.channels.mail_server import MailServer, Post
from kith_notifications.incoming import HEARS, on_facts
from kith_notifications.settings import Settings
from kith_notifications.timers import TIMERS, Sender
from kith_notifications.views import list_holdings


def build(settings: Settings, database: Database) -> Service:
    """The service, from its settings; nothing is opened yet."""
    password = settings.smtp_password
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.tls,
        ca_file=settings.smtp_ca_file,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
    )
    owners = Internal(settings)
    sender = Sender(database, owners, Post(server, settings.sender), replica=settings.replica)
    return Service(
        name="notifications",
        router=api.router,
        permissions=api.PERMISSIONS,
        refusals={},
        holds=list_holdings,
        hears=HEARS,
        on_facts=on_facts,
        loops=(Loop("sender", sender.run),),
        timers=TIMERS,
        close=(owners.close,),
    )
