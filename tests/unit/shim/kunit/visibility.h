/* SPDX-License-Identifier: GPL-2.0 */
/* Exports are the module's business: here every symbol is linked statically. */
#ifndef _SHIM_KUNIT_VISIBILITY_H
#define _SHIM_KUNIT_VISIBILITY_H

#define VISIBLE_IF_KUNIT
#define EXPORT_SYMBOL_IF_KUNIT(symbol)

#endif /* _SHIM_KUNIT_VISIBILITY_H */
