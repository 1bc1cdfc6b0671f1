<?php
$curl = curl_init(getenv("URL"));
curl_setopt_array($curl, [
    CURLOPT_HTTPHEADER => ["authorization: Bearer sk-test", "accept: image/*"],
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_POSTFIELDS => [
        "prompt" => getenv("PROMPT"), "strength" => "0.5",
        "image" => new CURLFile(getenv("PICTURE"), "image/png", getenv("FILENAME")),
    ],
]);
curl_exec($curl);
echo "PHP ext-curl ", PHP_VERSION, " with libcurl ", curl_version()["version"], "\n";
