"""What exists in the simulated Procore: companies, people, projects, commitments and the apps they installed.

Plain values, no behaviour of the platform: the API, the pages and the sample ERP all read the same `World`.
Records are mutable, because control switches and pages change them while the simulator runs; values that a
record is made of are frozen. Money is `Decimal`, never rounded here, in US dollars where a contract
names no other currency. Field names are Procore's where Procore has one
(docs/platform-reference.md, section 5).
"""

from decimal import Decimal

ZERO = Decimal("0.00")
