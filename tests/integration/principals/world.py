"""The parts of the seed that these tests name."""

from embedded_app.ids import CompanyId

DANA = "dana.whitfield@hollisgrant.example"
MARCUS = "marcus.oyelaran@hollisgrant.example"
INGRID = "ingrid.solberg@cascadiacivil.example"
TOM = "tom.achterberg@northgate.example"

HOLLIS = CompanyId(562949953443325)
CASCADIA = CompanyId(55188)
HARBOR = CompanyId(60274)
NORTHGATE = CompanyId(71001)

RIVERSIDE = 562949953500001
NUMBERLESS = 562949953500005  # Marcus is not in this project
OF_CASCADIA = 55188001
