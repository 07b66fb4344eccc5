"""What gunicorn serves: the app as the environment configures it."""

import os
import sys

from embedded_app.app import create_app
from embedded_app.config import Config
from embedded_app.errors import ConfigurationError
from embedded_app.web import logs

try:
    config = Config.from_environment(os.environ)
    logs.configure(config)
    app = create_app(config)
except ConfigurationError as error:
    sys.exit("\n".join(error.problems))
