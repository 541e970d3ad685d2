"""Where the demo's network stands: its regions by code, its nodes by name."""

from __future__ import annotations

#: English and Chinese name of each region.
REGIONS = {
    "ap-southeast": ("Singapore", "新加坡"),
    "us-east": ("Virginia", "弗吉尼亚"),
    "eu-central": ("Frankfurt", "法兰克福"),
    "me-central": ("Dubai", "迪拜"),
}
#: The region of each node. Their order settles their ports on one machine.
NODES = {"sin-1": "ap-southeast", "iad-1": "us-east", "fra-1": "eu-central", "dxb-1": "me-central"}
