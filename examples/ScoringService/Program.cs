using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using ScoringService;
using ScoringService.Api;
using ScoringService.Models;
using ScoringService.Telemetry;

// Files lie beside the program, wherever it is started from.
WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddOptions<ScoringOptions>().BindConfiguration(ScoringOptions.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<IValidateOptions<ScoringOptions>, KnownSettings>();
builder.Services.AddSingleton<ModelSlot>();
builder.Services.AddSingleton<ScoringMetrics>();
builder.Services.AddSingleton<DriftMonitor>();
builder.Services.AddSingleton<ModelReloader>();
builder.Services.AddHostedService(services => services.GetRequiredService<ModelReloader>());
builder.Services.AddProblemDetails();
builder.Services.AddOpenApi();
builder.Services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));

WebApplication app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.Use((context, next) =>
{
    ScoringOptions options = context.RequestServices.GetRequiredService<IOptions<ScoringOptions>>().Value;
    if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        limit.MaxRequestBodySize = options.MaximumBodyBytes;
    return next(context);
});
app.MapOpenApi();
app.MapPredict();
app.MapModel();
app.Run();

/// <summary>Named for the tests, which host it.</summary>
public partial class Program;
