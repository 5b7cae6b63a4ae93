from .organization import PartyOrganization

__all__ = ["PartyOrganization"]
