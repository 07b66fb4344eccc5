"""The parts of the seed that these tests name."""

DANA = "dana.whitfield@hollisgrant.example"
MARCUS = "marcus.oyelaran@hollisgrant.example"
SEAN = "sean.omalley@hollisgrant.example"
TOM = "tom.achterberg@northgate.example"
DANA_ID = 160586

HOLLIS = 562949953443325
CASCADIA = 55188
HARBOR = 60274
NORTHGATE = 71001
THAMESIDE = 844424930162079

RIVERSIDE = 562949953500001
NUMBERLESS = 562949953500005  # the project that only administrators and accountants are in
