#ifndef SLIPWAY_CLIBXML2_H
#define SLIPWAY_CLIBXML2_H

// Debian's libxml2 brings in the headers of the system's ICU, which contradict those of the ICU inside Swift's Foundation.
// Only the private tail of a converter, which we never touch, depends on them.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>

#endif
