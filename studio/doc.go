// Package studio is a local web server through which people look at neurons: recordings, findings, networks,
// and methods as they run. It knows no method and no kind of network by name: it is handed them, and
// recognises what findings say by the columns of their tables (package facts).
//
// # Tree
//
//	studio/            the server: who may come in, pages, routes
//	studio/library/    what was opened, by stable names
//	studio/tiles/      levels of detail of recordings
//	studio/recordings/ routes of recordings
//	studio/facts/      what findings say about units, pairs and components
//	studio/findings/   all of a finding: evidence, tables, arrays, figures, how it was made
//	studio/connectomes/ matrices, components and communities of a finding
//	studio/neurons/    the page of one neuron; neurons/activity: what it does beside chance
//	studio/live/       artificial networks that stay warm
//	studio/simulations/ spiking networks that run while they are watched
//	studio/match/      two recordings, findings or networks, neuron by neuron
//	studio/runs/       methods that run, with progress; runs/command: their command lines
//	studio/papers/     the catalogue of papers, with what the last reproduction gave
//	studio/reply/      how routes answer
//	web/               the pages' source, and as they are built
//
// # Safety
//
// The server listens on the loopback address unless told otherwise. Nothing is answered without the token of the
// user, which the first page brings as ?token= and a cookie keeps, nor to a Host or an Origin that is not the
// server's own. Pages may load nothing from elsewhere (content security policy). Only what was opened when the
// studio was started, and what is found by runs started in it, can be read.
package studio
