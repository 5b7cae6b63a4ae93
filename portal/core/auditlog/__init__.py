"""Keeping the audit trail: partitions, the chain of seals, its check, the archive (docs/audit.md).

Writing a row is ``portal.core.audit``; here is what happens to the rows afterwards.
"""
