import uPlot from "uplot";
