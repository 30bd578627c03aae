"""Facts (事实): plain frozen values that checks judge; loaded in batches or made from a draft."""

from registry.facts.alike import GroupFacts, number_of
from registry.facts.consortium import (
    AllianceFacts,
    ConsortiumFacts,
    DeclarationFacts,
    DistrictShareFacts,
    LeadFacts,
    MemberFacts,
)
from registry.facts.institution import CredentialFacts, InstitutionFacts, LinkFacts, ServiceFacts
from registry.facts.parts import NotRead
from registry.facts.waiver import WaiverFacts

__all__ = [
    "AllianceFacts",
    "ConsortiumFacts",
    "CredentialFacts",
    "DeclarationFacts",
    "DistrictShareFacts",
    "GroupFacts",
    "InstitutionFacts",
    "LeadFacts",
    "LinkFacts",
    "MemberFacts",
    "NotRead",
    "ServiceFacts",
    "WaiverFacts",
    "number_of",
]
