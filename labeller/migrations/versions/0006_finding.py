"""What lists are filtered and sorted by stands in columns and indices: masked pixels, a model's score."""

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FOUND_BY = (
    "body_part", "study_description", "series_description", "patient_sex", "patient_age", "manufacturer", "grade",
    "masked",
)  # fmt: skip
PIECE = 5_000


def upgrade() -> None:
    op.add_column("instance", sa.Column("masked", sa.Boolean(), nullable=False, server_default="0"))
    _mark_masked()
    for name in _FOUND_BY:
        op.create_index(f"ix_instance_{name}", "instance", [name])
    op.drop_index("ix_current_label_class_id", "current_label")
    op.create_index("ix_current_label_class", "current_label", ["class_id", "instance_id"])
    op.add_column("prediction", sa.Column("score", sa.Double(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE prediction SET score = coalesce("
        "(SELECT value FROM json_each(prediction.probabilities) WHERE key = prediction.predicted), 0)"
    )
    op.drop_index("ix_prediction_run_id", "prediction")
    op.create_index("ix_prediction_said", "prediction", ["run_id", "predicted", "score", "instance_id"])


def _mark_masked() -> None:
    """Read every masking report once; a region of the kind "kept" was found, then shown again."""
    connection = op.get_bind()
    rows = connection.exec_driver_sql("SELECT sop_instance_uid, report FROM masking")
    while piece := rows.fetchmany(PIECE):
        reports = ((uid, json.loads(zlib.decompress(report))) for uid, report in piece)
        marked = [
            uid for uid, report in reports if any(r.get("kind") != "kept" for r in report.get("regions") or ())
        ]
        connection.exec_driver_sql(
            "UPDATE instance SET masked = 1 WHERE sop_instance_uid IN (SELECT value FROM json_each(?))",
            (json.dumps(marked),),
        )
