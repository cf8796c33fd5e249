// Package nwb reads NWB 2.x files (Neurodata Without Borders, HDF5).
//
// The file is walked by neurodata_type and not by path; types of extensions are known
// by what they extend, from the schema cached in the file.
//
//	Units                       spike times per unit, with every column that fits a table
//	RoiResponseSeries           traces, one unit per ROI, joined with the ROI table
//	ElectricalSeries            traces in V = data × conversion × channel_conversion + offset
//	other TimeSeries            covariates, conversion and offset applied
//	IntervalSeries              epochs
//	TimeIntervals               epochs with their columns (trials, epochs, ...)
//
// One recording has one stream of activity. Without the option stream it is the Units
// table where there is one with spikes; else the RoiResponseSeries, dF/F before
// deconvolved before raw fluorescence, neuropil last; else an ElectricalSeries, LFP
// before raw. The others are listed by inspection. Nothing is resampled: covariates
// keep their own clocks.
//
// NWB stores samples × channels: this package transposes. Second 0 is the file's
// timestamps_reference_time, which is the session's start where the file has none.
package nwb
