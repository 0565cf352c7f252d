/*
 * How far a replica has come, as Active Directory tells it in XML (MS-ADTS
 * 3.1.1.3.2.28 and the constructed attributes of an NC head).
 *
 * This is no XML parser: values are one flat element whose children are named
 * as the fields of the C structures, and of these only numbers, times and
 * GUIDs are read.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_REPL_XML_H
#define CHECKS_PROBES_REPL_XML_H

#include "checks/probes/repl_blobs.h"

/*
 * Add a value of msDS-NCReplCursors.
 *
 * bytes  May end in NULs.
 *
 * Fails, and adds nothing, unless it is a whole <DS_REPL_CURSOR> with all that
 * a cursor needs.
 */
bool repl_xml_read_cursor(const uint8_t *bytes, size_t length,
                          struct repl_cursors *cursors, struct error *error);

/* Read a value of msDS-NCReplInboundNeighbors, a <DS_REPL_NEIGHBOR>; likewise,
   and on failure neighbor_out is left alone. */
bool repl_xml_read_neighbor(const uint8_t *bytes, size_t length,
                            struct repl_neighbor *neighbor_out,
                            struct error *error);

#endif
