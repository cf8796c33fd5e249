// Package activity measures what one unit of a recording does: its course, tuning to covariates, responses to
// events, intervals between spikes and partners, each beside what chance gives. Chance is the unit's own activity
// shifted circularly in time, which keeps everything about it but its relation to anything else; for the timing
// of spikes it is every spike moved a little.
//
// Every random choice comes from one fixed seed: the same recording gives the same answer.
package activity
