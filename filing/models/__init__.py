from filing.models.counted import CountedYear
from filing.models.delegation import Delegation
from filing.models.entry import FilingEntry
from filing.models.event import FilingEvent
from filing.models.filing import Filing
from filing.models.material import Material
from filing.models.member import FilingMember
from filing.models.numbers import NumberSeries
from filing.models.review import Remark, ReviewMark
from filing.models.section import FilingSection
from filing.models.settings import ReviewSettings
from filing.models.signing import SigningRule
from filing.models.timing import ClockChange
from filing.models.unchanged import UnchangedStatement
from filing.models.urge import Urge
from filing.models.version import CheckSheet, FilingVersion

__all__ = [
    "CheckSheet",
    "ClockChange",
    "CountedYear",
    "Delegation",
    "Filing",
    "FilingEntry",
    "FilingEvent",
    "FilingMember",
    "FilingSection",
    "FilingVersion",
    "Material",
    "NumberSeries",
    "Remark",
    "ReviewMark",
    "ReviewSettings",
    "SigningRule",
    "UnchangedStatement",
    "Urge",
]
