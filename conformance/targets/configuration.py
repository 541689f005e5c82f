"""The directives that a case needs its server to be configured with."""

from collections.abc import Mapping

import pytest

Settings = dict[str, str]
"""Directives by key, the values as a configuration file of Gromox has them."""

# Of gromox.cfg and imap.cfg, with their aliases, as the manual pages list them.
DIRECTIVES = frozenset(
    [
        "auth_fail_delay",
        "block_interval_auths",
        "config_file_path",
        "context_average_mem",
        "context_average_mitem",
        "context_max_mem",
        "context_num",
        "daemons_fd_limit",
        "data_file_path",
        "default_lang",
        "enable_rfc2971_commands",
        "host_id",
        "imap_accept_haproxy",
        "imap_auth_times",
        "imap_autologout_time",
        "imap_certificate_passwd",
        "imap_certificate_path",
        "imap_cmd_debug",
        "imap_conn_timeout",
        "imap_expunge_on_delete",
        "imap_fd_limit",
        "imap_force_starttls",
        "imap_force_tls",
        "imap_listen",
        "imap_listen_addr",
        "imap_listen_port",
        "imap_listen_tls",
        "imap_listen_tls_port",
        "imap_log_file",
        "imap_log_level",
        "imap_private_key_path",
        "imap_rfc9051",
        "imap_support_starttls",
        "imap_support_tls",
        "imap_thread_charge_num",
        "imap_thread_init_num",
        "listen_port",
        "listen_ssl_port",
        "running_identity",
        "thread_charge_num",
        "thread_init_num",
        "tls_min_proto",
        "userfilter_icase",
        "userfilter_maxbans",
        "userfilter_maxusers",
        "userfilter_rl_maxtries",
        "userfilter_rl_window",
    ]
)
# What a reference server takes beyond them.
REFERENCE_DIRECTIVES = frozenset({"reference_accounts", "reference_store"})


def directive(value: object) -> str:
    """A value as a configuration file has it; TypeError for what none can hold."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int):
        raise TypeError(value)
    return str(value)


def directives(values: Mapping[str, object]) -> Settings:
    """All these values as a configuration file has them; TypeError for what none can hold."""
    return {key: directive(value) for key, value in values.items()}


def wanted(case: pytest.Item) -> Settings:
    """What the `configuration` marks of a case ask for; the mark nearest to the case wins."""
    settings: Settings = {}
    for mark in case.iter_markers("configuration"):
        settings = directives(mark.kwargs) | settings
    return settings


def group(settings: Settings) -> str:
    """One name for one configuration, "" for none: its cases go to the same worker."""
    return ",".join(f"{key}={settings[key]}" for key in sorted(settings))
