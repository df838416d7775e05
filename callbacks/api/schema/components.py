"""All shapes of the API by name, each noun's from its own file."""

from collections.abc import Mapping

from callbacks.api.schema.alerts import ALERTS
from callbacks.api.schema.bricks import Schema
from callbacks.api.schema.district import DISTRICT
from callbacks.api.schema.events import EVENTS
from callbacks.api.schema.figures import FIGURES
from callbacks.api.schema.work import WORK

COMPONENTS: Mapping[str, Schema] = {**EVENTS, **WORK, **ALERTS, **DISTRICT, **FIGURES}
