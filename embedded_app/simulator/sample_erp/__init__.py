"""The sample ERP and the insurance files: external systems that belong to the simulated companies.

Made by deterministic code from the seed, so that documentation and tests can name their numbers. Start
`python -m embedded_app.simulator.sample_erp --folder DIR` to write them.
"""

from embedded_app.simulator.sample_erp.certificates import write_insurance_files
from embedded_app.simulator.sample_erp.database import build_sample_erp

__all__ = ["build_sample_erp", "write_insurance_files"]
