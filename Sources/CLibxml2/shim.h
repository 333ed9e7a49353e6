#ifndef SLIPWAY_CLIBXML2_H
#define SLIPWAY_CLIBXML2_H

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>

#endif
