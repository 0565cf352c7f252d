/*
 * The keys of the configuration file, as spnhealthd.yaml(5) has them.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef DAEMON_CONFIGURATION_KEYS_H
#define DAEMON_CONFIGURATION_KEYS_H

#include "daemon/schema.h"

/* What a value is said to be that only a later version acts on. */
#define CONFIGURATION_NOT_YET "is not acted on in this version"

/* The keys of the whole document; their object is a struct configuration. */
extern const struct schema_key configuration_keys[];

/* Readers of the larger parts; their object is a struct configuration too. */
schema_reader configuration_read_accepted;  /* configuration_accepted.c */
schema_reader configuration_read_checks;    /* configuration_checks.c */
schema_reader configuration_read_dcs;       /* configuration_targets.c */
schema_reader configuration_read_mail;      /* configuration_targets.c */

#endif
