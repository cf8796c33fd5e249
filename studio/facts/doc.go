// Package facts is what findings say about units, pairs of units and components, recognised by the columns of
// their tables and the shapes of their arrays, never by the name of a method. A method that follows this
// convention is seen in every view of the studio without the studio knowing it.
//
// # Tables
//
// Units go by their names, as in the recording or "site/index" in a network. The first shape that fits is the
// table's; its further columns are shown as they are, with their units and docs.
//
//	columns                                   a row says
//	unit, low, high, count                    how often the unit's activity lay in [low, high)
//	unit, tokens, values                      a moment: tokens around it and the unit's activity at each, two JSON
//	                                          lists; first is the place of their first token relative to the
//	                                          moment, token the one at it, kind top or quantile, value the
//	                                          activity, text a readable form
//	unit, feature, explained, null            the share of the unit's variance that a feature explains, and what
//	                                          it explains by chance; excess and p where they are
//	unit, delta_*                             what silencing (or driving) the unit changes; to says how, and the
//	                                          rows of group "random" whose match is this unit are its null
//	unit, partner, a number                   a partner of the unit; rank, z, p, q where they are
//	from, to, a number                        a directed pair of units; source and target are as good
//	unit_a, unit_b, a number                  a pair of units
//	unit, time_s, from_community, to_community when a unit changes sides; 0 is no community
//	component, unit, community                the community of the unit in a component; 0 is none
//	component, start_s, stop_s                when a component is active
//	unit, one row each                        facts: columns to sort and colour units by
//	unit, several rows each                   a list about the unit
//
// # Arrays
//
//	[..., units, units]                       matrices; the units are those of the table of facts of that length
//	[k, units, units] with [k, T], time_s [T] components over time
package facts
