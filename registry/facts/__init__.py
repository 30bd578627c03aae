"""Facts (事实): plain frozen values that checks judge; loaded in batches or made from a draft."""

from registry.facts.consortium import (
    AllianceFacts,
    ConsortiumFacts,
    DeclarationFacts,
    DistrictShareFacts,
    LeadFacts,
    MemberFacts,
    WaiverFacts,
)
from registry.facts.institution import CredentialFacts, InstitutionFacts, LinkFacts, ServiceFacts

__all__ = [
    "AllianceFacts",
    "ConsortiumFacts",
    "CredentialFacts",
    "DeclarationFacts",
    "DistrictShareFacts",
    "InstitutionFacts",
    "LeadFacts",
    "LinkFacts",
    "MemberFacts",
    "ServiceFacts",
    "WaiverFacts",
]
