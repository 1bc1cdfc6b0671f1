require "faraday"
client = Faraday.new { |made| made.request :multipart; made.adapter :net_http }
client.post(ENV["URL"], { prompt: ENV["PROMPT"], strength: "0.5",
                          image: Faraday::UploadIO.new(ENV["PICTURE"], "image/png", ENV["FILENAME"]) },
            { "authorization" => "Bearer sk-test", "accept" => "image/*" })
puts "Ruby faraday #{Faraday::VERSION}"
