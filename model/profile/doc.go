// Package profile holds the statistics that say what one unit does - how often and how strongly it is
// active, when most, and with what - the same for the neurons of a network and those of a recording. It sees
// activity block by block, so that neither needs to be in memory as a whole.
package profile
