"""What of an entry is hashed: one text, the same in the database, the check and the archive."""

# Built of functions of pg_catalog in every statement, never by a stored function of ours: who can
# write SQL could replace that one and have it answer with the old content.
CONTENT = """pg_catalog.jsonb_build_array(
    e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_id, e.action, e.object_type,
    e.object_id, e.detail, host(e.ip))::text"""
DIGEST = f"pg_catalog.sha256(convert_to({CONTENT}, 'UTF8'))"
