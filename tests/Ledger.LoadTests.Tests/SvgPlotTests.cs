using System.Globalization;
using System.Xml.Linq;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Tests;

public class SvgPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void On_a_logarithmic_scale_equal_ratios_are_equal_distances()
    {
        var heights = Points(Draw(isLogarithmic: true, [(1, 1), (2, 10), (3, 100)])).ConvertAll(static point => point.Y);

        Assert.True(heights[0] > heights[1]);
        Assert.Equal(heights[0] - heights[1], heights[1] - heights[2], 0.5);
    }

    [Fact]
    public void On_a_linear_scale_equal_differences_are_equal_distances_from_zero_on()
    {
        var points = Points(Draw(isLogarithmic: false, [(0, 0), (1, 50), (2, 100)]));

        Assert.Equal(points[0].Y - points[1].Y, points[1].Y - points[2].Y, 0.5);
        Assert.Equal(points[1].X - points[0].X, points[2].X - points[1].X, 0.5);
        Assert.All(points, static point => Assert.InRange(point.X, 0, SvgPlot.Width));
        Assert.All(points, static point => Assert.InRange(point.Y, 0, SvgPlot.Height));
    }

    [Fact]
    public void Title_axes_and_lines_are_named()
    {
        var texts = Draw(isLogarithmic: true, [(1, 1), (2, 10)]).Descendants(Svg + "text").Select(static text => text.Value).ToList();

        foreach (var expected in new[] { "A title", "across", "upright", "one line" }) Assert.Contains(expected, texts);
    }

    [Fact]
    public void What_a_logarithmic_scale_cannot_show_is_left_out() =>
        Assert.Equal(2, Points(Draw(isLogarithmic: true, [(1, 0), (2, 1), (3, 10)])).Count);

    private static XDocument Draw(bool isLogarithmic, IReadOnlyList<(double X, double Y)> points) =>
        XDocument.Parse(SvgPlot.Draw(new Plot("plot.svg", "A title", "across", "upright", isLogarithmic, [new Line("one line", points)])));

    /// <summary>Of the line: the polyline with the first line's colour; the legend's has two points at one height.</summary>
    private static List<(double X, double Y)> Points(XDocument svg)
    {
        var lines = svg.Descendants(Svg + "polyline").Where(static line => line.Attribute("style")?.Value.Contains("stroke:rgb(70,130,180)", StringComparison.OrdinalIgnoreCase) == true).Select(Parse).ToList();
        return lines.First(static line => line.Select(static point => point.Y).Distinct().Count() > 1);
    }

    private static List<(double X, double Y)> Parse(XElement line) =>
        [.. line.Attribute("points")!.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair =>
        {
            var parts = pair.Split(',');
            return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
        })];
}
