"""The application as a WSGI server's worker loads it: settings from the environment, one engine a worker."""

import gc
import logging
import os

from sqlalchemy.exc import OperationalError

from .database import make_engine
from .factory import create_app
from .formats.written import Scribe
from .i18n import LANGUAGES
from .mailing import Courier
from .settings import read_settings
from .watching import Watch

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
settings = read_settings(os.environ)
# `mapapp serve` hands the address of the private cluster to its workers.
engine = make_engine(os.environ.get("MAPAPP_RUNNING_DATABASE") or settings.database_url)
application = create_app(settings, engine)
try:
    with engine.connect() as connection:
        application.extensions["atlas"].warm(connection, LANGUAGES)
except OperationalError:
    logging.getLogger("mapapp").warning("the database is away; pages answer 503 until it is back")
# What was built so far stays. Left to itself, the collector walks through all of it every few requests, which costs
# some of them as much as their work; and what a request makes is gone by its end without it.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
watch = application.extensions["watch"] = Watch(engine)
watch.start()
Courier(engine, settings).start()
Scribe(engine, application.extensions["at hand"]).start()
if not settings.smtp_url and not settings.shows_mail:
    logging.getLogger("mapapp").warning("SMTP_URL is not set: mails wait in the outbox")
