"""The parts of the seed and of the sample ERP that these tests name."""

from embedded_app.ids import CompanyId, ProjectId

DANA = "dana.whitfield@hollisgrant.example"
MARCUS = "marcus.oyelaran@hollisgrant.example"
INGRID = "ingrid.solberg@cascadiacivil.example"

HOLLIS = CompanyId(562949953443325)
CASCADIA = CompanyId(55188)
HARBOR = CompanyId(60274)
NORTHGATE = CompanyId(71001)

RIVERSIDE = ProjectId(562949953500001)
HARBOR_POINT = ProjectId(562949953500002)
OF_CASCADIA = ProjectId(55188001)

SAGE = {
    "kind": "sql",
    "name": "Sage ERP",
    "dialect": "sqlite",
    "database": "sample-erp.db",
    "table": "commitment_status",
    "key_column": "commitment_no",
}
